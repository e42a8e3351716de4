"""Tries of tokens: the children of a node stand together, in the order of their tokens."""

FLAG = 128
"""The bit of a token's byte that is not the token's."""
_TOKEN_BITS = FLAG - 1


def child_of(tokens: memoryview, begin: int, end: int, token: int) -> int:
    """The node among the children from `begin` to before `end` that a token leads to, or -1."""
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if tokens[middle] & _TOKEN_BITS < token:
            low = middle + 1
        else:
            high = middle
    return low if low < end and tokens[low] & _TOKEN_BITS == token else -1
