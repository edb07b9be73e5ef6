"""Results as a picture: the roofline with every case in it, and bars against the peer."""

from typing import Any, Dict


class Unavailable(Exception):
    """There is no matplotlib."""


def pyplot_without_display() -> Any:
    """matplotlib's, or Unavailable."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise Unavailable("No picture: it needs matplotlib (pip install matplotlib)") from error
    return pyplot


def draw(results: Dict[str, Any], path: str) -> None:
    pyplot = pyplot_without_display()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(16, 7))
    where = results["surroundings"]
    figure.suptitle("%s, %s, %s" % (where["adapter"], where["driver"], where["date"]))
    _roofline(left, results)
    _bars(right, results)
    figure.tight_layout(rect=(0, 0, 1, 0.95))
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _roofline(axes: Any, results: Dict[str, Any]) -> None:
    rows = [row for row in results["rows"] if "seconds" in row and row["flops"]]
    ceilings = results["ceilings"]
    rates = ceilings["bytes_per_second"]
    memory = max(rates["device_copy"], rates["device_program"])
    intensities = [row["flops"] / row["bytes"] for row in rows] + [0.1, 1000.0]
    low, high = min(intensities) / 2, max(intensities) * 2
    for dtype, peak in ceilings["flops"].items():
        ridge = min(max(peak / memory, low), high)
        axes.plot(
            [low, ridge, high],
            [min(low * memory, peak) / 1e9, min(ridge * memory, peak) / 1e9, peak / 1e9],
            label="attainable, %s" % dtype, linewidth=1,
        )
    families = sorted({row["family"] for row in rows})
    markers = "osv^<>Dph*X"
    for number, family in enumerate(families):
        chosen = [row for row in rows if row["family"] == family]
        axes.plot(
            [row["flops"] / row["bytes"] for row in chosen],
            [row["flops_per_second"] / 1e9 for row in chosen],
            markers[number % len(markers)], color="C%d" % (number % 10), markersize=5,
            alpha=0.7, label=family,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("operations per byte that must move")
    axes.set_ylabel("GFLOP/s")
    axes.set_title("Roofline, measured in the same run")
    axes.legend(fontsize=7, ncol=2)
    axes.grid(True, which="both", alpha=0.2)


def _bars(axes: Any, results: Dict[str, Any]) -> None:
    """Geometric means by family: of what is possible and, if there is one, of the peer."""
    groups = results["summary"]
    series = [("ratio", "of what is possible")]
    if "peer" in results:
        series.append(("peer_ratio", "of {name} on {device}".format(**results["peer"])))
    height = 0.8 / len(series)
    for number, (key, label) in enumerate(series):
        axes.barh(
            [place + number * height for place in range(len(groups))],
            [group[key] or 0 for group in groups], height, label=label,
        )
    axes.set_yticks([place + 0.4 - height / 2 for place in range(len(groups))])
    axes.set_yticklabels(["%s %s" % (group["family"], group["type"]) for group in groups])
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=1)
    axes.set_title("Geometric means by family (1 = equal)")
    axes.legend()
