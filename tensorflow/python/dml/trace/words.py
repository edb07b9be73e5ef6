"""Numbers as people read them."""


def duration(nanos: float) -> str:
    """As "1.25 ms"."""
    for unit, length in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanos >= length:
            value = nanos / length
            return "%.*f %s" % (0 if value >= 99.95 else 1 if value >= 9.995 else 2, value, unit)
    return "%.0f ns" % nanos


def size(count: float) -> str:
    """As "1.5 MiB"."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return "%.*f %s" % (0 if unit == "B" or count >= 100 else 1, count, unit)
        count /= 1024.0
    return "%.2f GiB" % count


def times(count: float, what: str) -> str:
    """As "1 launch", "2.5 nodes"."""
    number = "%d" % round(count) if count >= 10 or count == int(count) else "%.1f" % count
    plural = "" if number == "1" else "es" if what.endswith("ch") else "s"
    return "%s %s%s" % (number, what, plural)
