"""The file of the n-gram language model: a trie of n-grams, small enough to ship, made to map.

A *node* is an n-gram with the probability of its last token after the others; a *context* is an
n-gram that longer ones continue, with its back-off weight. Both are numbered breadth first, so the
children of a context stand together, in the order of their tokens. Nothing has to point anywhere:
one flag says where the children of the next context begin, another which nodes are contexts.

    children of    0 (empty)           1 (ᄀ)           2 (ᄂ)           …
    nodes          ᄀ ᄂ ᄃ … ᆨ ᆩ ᆪ …    가 개 갸 걔 …    나 내 냐 …      …
    first child    ●                   ●               ●
    context        1 2 3 … 43 44       69    70        71 72
"""

import struct
from dataclasses import astuple, dataclass
from importlib.resources.abc import Traversable
from itertools import accumulate
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.mapped_file import Bytes, FileFormat
from jihwa.data.messages import Message

Floats = NDArray[np.float32]

N_PROB_CODES = 128
N_BACKOFF_CODES = 256

_FLOAT_SIZE = np.dtype(np.float32).itemsize


def _ends(order: int, n_contexts: int, n_nodes: int) -> list[int]:
    """Where the parts of the body end, in bytes; of nodes there is one more than n-grams."""
    books = order * N_PROB_CODES * _FLOAT_SIZE, order * N_BACKOFF_CODES * _FLOAT_SIZE
    return list(accumulate((*books, n_nodes, n_nodes, n_contexts)))


_FORMAT = FileFormat(
    magic=b"jihwa-lm",
    version=1,
    header=struct.Struct("<8sHBBIII"),
    body_size=lambda *sizes: _ends(*sizes)[-1],
    name=Message(ko="언어 모델", en="language model"),
    command="jihwa lm build",
)
"""Its sizes are the order, contexts, nodes + 1."""


@dataclass(frozen=True, slots=True)
class NGramTrie:
    """All n-grams of a model, in the order and the types of the file.

    Attributes:
        log_probs: (order, N_PROB_CODES) natural log-probabilities that the codes of 1-, 2-, …
            grams stand for.
        log_backoffs: (order, N_BACKOFF_CODES) log back-off weights that the codes of contexts of
            0, 1, … tokens stand for.
        tokens: (M + 1,) last token of every node, with `FLAG` where it is a first child. After the
            last node comes one flag more, so that all children end where the next ones begin.
        prob_codes: (M + 1,) code of every node's log-probability, with `FLAG` where the node is a
            context itself.
        backoff_codes: (C,) code of every context's log back-off weight.
    """

    log_probs: Floats
    log_backoffs: Floats
    tokens: Bytes
    prob_codes: Bytes
    backoff_codes: Bytes

    def write(self, path: Path) -> None:
        """Write the file at once: readers find the old file or the whole new one.

        Raises:
            OSError: It cannot be written.
        """
        body = b"".join(part.tobytes() for part in astuple(self))
        _FORMAT.write(path, (len(self.log_probs), self.backoff_codes.size, self.tokens.size), body)

    @classmethod
    def read(cls, path: Path | Traversable) -> Self:
        """Map a file, or read it where it cannot be mapped (in an archive).

        Raises:
            DataError: It is missing, no language model, of another version, cut short or damaged.
        """
        (order, n_contexts, n_nodes), body = _FORMAT.read(path)
        ends = _ends(order, n_contexts, n_nodes)
        probs, backoffs, tokens, prob_codes, backoff_codes = np.split(body, ends[:-1])
        return cls(
            probs.view("<f4").reshape(order, N_PROB_CODES),
            backoffs.view("<f4").reshape(order, N_BACKOFF_CODES),
            tokens,
            prob_codes,
            backoff_codes,
        )
