"""What the build reads and mends of SPIR-V modules.

A module is a sequence of 32-bit words: a header of 5, then instructions, whose first
word holds the count of their words above the number of their operation (SPIR-V 1.6,
section 2.3).
"""

HEADER_WORDS = 5
OP_TYPE_POINTER = 32
OP_LOAD = 61
OP_DECORATE = 71
FIRST_TYPE, LAST_TYPE = 19, 39  # OpTypeVoid ... OpTypeForwardPointer
FIRST_CONSTANT, LAST_CONSTANT = 41, 52  # OpConstantTrue ... OpSpecConstantOp
OP_VARIABLE = 59
# Of floating point: OpFNegate, OpFAdd, OpFSub, OpFMul, OpFDiv, OpVectorTimesScalar, OpDot.
ARITHMETIC = frozenset((127, 129, 131, 133, 136, 142, 148))
NO_CONTRACTION = 42  # a decoration
PHYSICAL_STORAGE_BUFFER = 5349  # a storage class: memory by address
ALIGNED = 2  # a bit of memory operands; its literal comes first, as the lowest with one
ADDRESS_BYTES = 8


def instructions(words):
    """(index of its first word, operation, operands) of each instruction."""
    i = HEADER_WORDS
    while i < len(words):
        count = words[i] >> 16
        yield i, words[i] & 0xffff, words[i + 1:i + count]
        i += count


def with_aligned_addresses(words):
    """The module with its loads of buffers' addresses from memory as aligned as they are.

    glslang gives a load of an address the alignment of what lies there: a program that
    loads the address of bytes says that the address itself may lie anywhere. Drivers
    then put it together from bytes, and one version crashes on that. In parameter
    blocks each lies at a multiple of 8 bytes.
    """
    words = list(words)
    addresses = set()
    for i, op, args in instructions(words):
        if op == OP_TYPE_POINTER and args[1] == PHYSICAL_STORAGE_BUFFER:
            addresses.add(args[0])
        elif op == OP_LOAD and args[0] in addresses and len(args) > 4 and args[3] & ALIGNED:
            words[i + 5] = max(args[4], ADDRESS_BYTES)
    return tuple(words)


def without_contraction(words):
    """The module with each of its operations on floats rounded by itself.

    No driver may make a multiply-add of two of them, nor reorder them: programs that do the
    same in other surroundings have the same results, to the bit.
    """
    results = [args[1] for _, op, args in instructions(words) if op in ARITHMETIC]
    decorated = {args[0] for _, op, args in instructions(words)
                 if op == OP_DECORATE and args[1] == NO_CONTRACTION}
    added = [word for result in results if result not in decorated
             for word in (3 << 16 | OP_DECORATE, result, NO_CONTRACTION)]
    # Decorations come before types, constants and variables.
    at = next(i for i, op, _ in instructions(words)
              if FIRST_TYPE <= op <= LAST_TYPE or FIRST_CONSTANT <= op <= LAST_CONSTANT
              or op == OP_VARIABLE)
    return (*words[:at], *added, *words[at:])
