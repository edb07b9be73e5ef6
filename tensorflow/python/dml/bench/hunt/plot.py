"""The hunt as a picture: each case's time by what is attainable, and the worst as bars."""

from typing import Any, Dict

from ..plot import pyplot_without_display

_BARS = 25


def draw(results: Dict[str, Any], path: str) -> None:
    """Raises plot.Unavailable without matplotlib."""
    pyplot = pyplot_without_display()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(18, 8))
    header = results["hunt"]
    figure.suptitle("%(adapter)s, %(driver)s, seed %(seed)s" % header)
    if results["rows"]:
        _cases(left, results["rows"])
        _worst(right, results["rows"][:_BARS])
    figure.tight_layout(rect=(0, 0, 1, 0.95))
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _cases(axes: Any, rows: Any) -> None:
    markers = "osv^<>Dph*X"
    for number, family in enumerate(sorted({row["family"] for row in rows})):
        chosen = [row for row in rows if row["family"] == family]
        axes.plot(
            [row["attainable_seconds"] for row in chosen], [row["seconds"] for row in chosen],
            markers[number % len(markers)], color="C%d" % (number % 10), markersize=5,
            alpha=0.7, label=family,
        )
    ends = [min(row["attainable_seconds"] for row in rows),
            max(row["attainable_seconds"] for row in rows)]
    for factor in (1, 10, 100):
        axes.plot(ends, [factor * end for end in ends], color="black", linewidth=0.5)
        axes.annotate("%d times" % factor, (ends[1], factor * ends[1]), fontsize=7)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("seconds that bytes and operations need")
    axes.set_ylabel("seconds")
    axes.set_title("%d cases" % len(rows))
    axes.legend(fontsize=7, ncol=2)
    axes.grid(True, alpha=0.2)


def _worst(axes: Any, rows: Any) -> None:
    axes.barh(
        range(len(rows)), [row["severity"] for row in rows],
        color=["C3" if row["cliff"] else "C0" for row in rows],
    )
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels(["%(family)s %(shape)s" % row for row in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_title("The worst: above 1 is a cliff")
