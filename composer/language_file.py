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
import zlib
from dataclasses import astuple, dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.jamo import N_TOKENS
from jihwa.data.files import write_whole
from jihwa.data.messages import DataError

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

FLAG = np.uint8(128)
"""Of `tokens`: the first child of a context. Of `prob_codes`: the node is a context itself."""
N_PROB_CODES = 128
N_BACKOFF_CODES = 256

_MAGIC = b"jihwa-lm"
_VERSION = 1
_HEADER = struct.Struct("<8sHBBIII")
"""Magic, version, tokens, order, contexts, nodes + 1, CRC-32 of all that follows."""


@dataclass(frozen=True, slots=True)
class NGramTrie:
    """All n-grams of a model, in the order and the types of the file.

    Attributes:
        log_probs: (order, N_PROB_CODES) natural log-probabilities that the codes of 1-, 2-, …
            grams stand for.
        log_backoffs: (order, N_BACKOFF_CODES) log back-off weights that the codes of contexts of
            0, 1, … tokens stand for.
        tokens: (M + 1,) last token of every node, with the flag of a first child. After the last
            node comes one flag more, so that all children end where the next ones begin.
        prob_codes: (M + 1,) code of every node's log-probability, with the flag of a context.
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
        sizes = len(self.log_probs), self.backoff_codes.size, self.tokens.size
        header = _HEADER.pack(_MAGIC, _VERSION, N_TOKENS, *sizes, zlib.crc32(body))
        write_whole(path, header + body)

    @classmethod
    def read(cls, path: Path | Traversable) -> Self:
        """Map a file, or read it where it cannot be mapped (in an archive).

        Raises:
            DataError: It is missing, no language model, of another version, cut short or damaged.
        """
        content = _content(path)
        if content[: len(_MAGIC)].tobytes() != _MAGIC:
            raise DataError(
                ko=f"{path}: jihwa 언어 모델이 아닙니다. jihwa lm build로 만든 파일을 주세요.",
                en=f"{path}: not a jihwa language model. Give a file made by jihwa lm build.",
            )
        header, body = content[: _HEADER.size].tobytes(), content[_HEADER.size :]
        if len(header) < _HEADER.size:
            raise _damaged(path)
        _, version, n_tokens, order, n_contexts, n_nodes, checksum = _HEADER.unpack(header)
        if (version, n_tokens) != (_VERSION, N_TOKENS):
            raise DataError(
                ko=f"{path}: 언어 모델 버전 {version}(기호 {n_tokens}개)은 읽을 수 없습니다. 이 "
                f"프로그램은 버전 {_VERSION}({N_TOKENS}개)을 읽습니다. jihwa lm build로 다시 "
                "만드세요.",
                en=f"{path}: language model version {version} ({n_tokens} tokens) cannot be read; "
                f"this program reads version {_VERSION} ({N_TOKENS}). Make it again with "
                "jihwa lm build.",
            )
        itemsize = np.dtype(np.float32).itemsize
        probs_end = order * N_PROB_CODES * itemsize
        backoffs_end = probs_end + order * N_BACKOFF_CODES * itemsize
        tokens_end = backoffs_end + n_nodes
        codes_end = tokens_end + n_nodes
        if body.size != codes_end + n_contexts or zlib.crc32(body.data) != checksum:
            raise _damaged(path)
        return cls(
            body[:probs_end].view("<f4").reshape(order, N_PROB_CODES),
            body[probs_end:backoffs_end].view("<f4").reshape(order, N_BACKOFF_CODES),
            body[backoffs_end:tokens_end],
            body[tokens_end:codes_end],
            body[codes_end:],
        )


def _content(path: Path | Traversable) -> Bytes:
    try:
        if isinstance(path, Path):
            mapped = np.memmap(path, dtype=np.uint8, mode="r")
            return np.asarray(mapped)  # the same memory: memmap costs time in every operation
        return np.frombuffer(path.read_bytes(), dtype=np.uint8)
    except (OSError, ValueError) as error:  # ValueError: nothing in it to map
        raise DataError(
            ko=f"{path}: 언어 모델을 읽을 수 없습니다({error}). 경로를 확인하세요.",
            en=f"{path}: the language model cannot be read ({error}). Check the path.",
        ) from error


def _damaged(path: Path | Traversable) -> DataError:
    return DataError(
        ko=f"{path}: 언어 모델이 잘렸거나 손상되었습니다. 다시 받거나 jihwa lm build로 만드세요.",
        en=f"{path}: the language model is cut short or damaged. Get it again, or make it with "
        "jihwa lm build.",
    )
