"""Makes a copy of a library of a newer Debian that loads on an older C library.

    older_glibc.py LIBRARY COPY NEWEST

Functions that it wants of a version beyond NEWEST ("2.36") are looked up without version:
the C library has one of that name. C23's strtol() and its like, which also take "0b1", get
the older ones' names; sqrtf() of 2.43 differs from the older one in what it says of errors.
Anything else ends the program: look at what it does before adding it.
"""

import re
import sys

import lief

OLDER_NAMES = {
    "__isoc23_sscanf": "sscanf",
    "__isoc23_strtol": "strtol",
    "__isoc23_strtoul": "strtoul",
    "sqrtf": "sqrtf",
}


def version_of(name):
    """(2, 36) of "GLIBC_2.36"; (0,) of another name."""
    found = re.fullmatch(r"GLIBC_(\d+(?:\.\d+)*)", name)
    return tuple(map(int, found[1].split("."))) if found else (0,)


def main(library, copy, newest):
    limit = tuple(map(int, newest.split(".")))
    binary = lief.ELF.parse(library)
    for symbol in binary.dynamic_symbols:
        version = symbol.symbol_version
        if version is None or not version.has_auxiliary_version:
            continue
        wanted = version.symbol_version_auxiliary.name
        if version_of(wanted) <= limit:
            continue
        if symbol.name not in OLDER_NAMES:
            sys.exit(f"{library} wants {symbol.name} of {wanted}, which {newest} lacks")
        symbol.name = OLDER_NAMES[symbol.name]
        version.value = 1  # VER_NDX_GLOBAL
    for requirement in binary.symbols_version_requirement:
        for wanted in list(requirement.get_auxiliary_symbols()):
            if version_of(wanted.name) > limit:
                requirement.remove_aux_requirement(wanted)
    binary.write(copy)


if __name__ == "__main__":
    main(*sys.argv[1:])
