"""Numbers with their units, as people read them."""


def size(count: int) -> str:
    """Bytes in binary units, such as "8.0 GiB" or "512 B"."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        # 1023.95 would be rounded to 1024.0.
        if abs(value) < 1023.95 or unit == "TiB":
            return "%d B" % count if unit == "B" else "%.1f %s" % (value, unit)
        value /= 1024
    raise AssertionError


def exact_size(count: int) -> str:
    """With the number of bytes behind it."""
    return size(count) if count < 1024 else "%s (%d bytes)" % (size(count), count)


def count(number: int, noun: str) -> str:
    """As "1 launch" or "3 launches"."""
    plural = noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
    return "%d %s" % (number, noun if number == 1 else plural)
