"""Signs by the ten thousand, kept as numbers."""

from array import array
from collections.abc import Iterable, Iterator

from jihwa.composer.text.transcript import Sign


class SignStore:
    """Takes signs, and gives them again as often as is wanted; a tenth of the memory of a list."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._numbers = array("d")
        """Of every sign: start_s, end_s, name, how many candidates, and name and share of each."""

    def extend(self, signs: Iterable[Sign]) -> None:
        """Take more of them, in order."""
        for sign in signs:
            row = [sign.start_s, sign.end_s, self._name(sign.sign), len(sign.candidates)]
            for name, share in sign.candidates:
                row += [self._name(name), share]
            self._numbers.extend(row)

    def __iter__(self) -> Iterator[Sign]:
        names, numbers = list(self._names), iter(self._numbers)
        for start_s in numbers:
            end_s, name, n = next(numbers), names[int(next(numbers))], int(next(numbers))
            candidates = tuple((names[int(next(numbers))], next(numbers)) for _ in range(n))
            yield Sign(start_s, end_s, name, candidates)

    def _name(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))
