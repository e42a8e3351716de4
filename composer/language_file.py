"""The file of the n-gram language model: a trie of n-grams, small enough to map.

A *node* is an n-gram with its probability; a *context* is an n-gram that longer ones continue,
with its back-off weight. Both are numbered breadth first, so the children of a context are
contiguous: first those that are contexts themselves, then the others, each part in the order of
their tokens. Nothing has to point anywhere, since the running sums of the numbers of children say
where every context's children begin:

    context   0 (empty)       1 (ᄀ)       2 (ᄂ)    …    70 (가)
    nodes     ᄀ ᄂ … ᆨ ᆩ …    가 거 … 갸   나 너 …   …    가가 가고 …
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
from jihwa.data.messages import DataError

Codes = NDArray[np.uint8]
Floats = NDArray[np.float32]

N_CODES = 256
"""Entries of a codebook."""
_MAGIC = b"jihwa-lm"
_VERSION = 1
_HEADER = struct.Struct("<8sHBBIII")
"""Magic, version, tokens, order, contexts, nodes, CRC-32 of all that follows."""


@dataclass(frozen=True, slots=True)
class NGramTrie:
    """All n-grams of a model, in the order and the types of the file.

    Attributes:
        log_probs: (order, N_CODES) natural log-probabilities that the codes of 1-, 2-, … n-grams
            stand for.
        log_backoffs: (order, N_CODES) the same for the back-off weights of contexts of 0, 1, …
            tokens; the empty context has none.
        n_children: (C,) how many nodes continue each context.
        n_contexts: (C,) how many of them are contexts; they come first.
        backoff_codes: (C,) back-off weight of each context.
        tokens: (M,) last token of each node.
        prob_codes: (M,) probability of each node's last token after the others.
    """

    log_probs: Floats
    log_backoffs: Floats
    n_children: Codes
    n_contexts: Codes
    backoff_codes: Codes
    tokens: Codes
    prob_codes: Codes

    @property
    def order(self) -> int:
        """The length of the longest n-grams."""
        return len(self.log_probs)

    def write(self, path: Path) -> None:
        """Writes the file atomically: a reader finds the old one or the whole new one."""
        body = b"".join(np.ascontiguousarray(part).tobytes() for part in astuple(self))
        header = _HEADER.pack(
            _MAGIC,
            _VERSION,
            N_TOKENS,
            self.order,
            self.n_children.size,
            self.tokens.size,
            zlib.crc32(body),
        )
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(header + body)
        part.replace(path)

    @classmethod
    def read(cls, path: Path | Traversable) -> Self:
        """Maps a file (or reads it, where it lies in an archive).

        Raises:
            DataError: It is missing, no such file, of another version, cut short or damaged.
        """
        content = _bytes_of(path)
        if content[: len(_MAGIC)].tobytes() != _MAGIC:
            raise DataError(
                ko=f"{path}: jihwa 언어 모델 파일이 아닙니다. jihwa lm build로 만든 파일을 주세요.",
                en=f"{path}: not a jihwa language model. Give a file made by jihwa lm build.",
            )
        if content.size < _HEADER.size:
            raise _damaged(path)
        _, version, n_tokens, order, n_contexts, n_nodes, checksum = _HEADER.unpack(
            content[: _HEADER.size].tobytes()
        )
        if (version, n_tokens) != (_VERSION, N_TOKENS):
            raise DataError(
                ko=f"{path}: 언어 모델 판이 {version}(글자 {n_tokens}개)인데, 이 프로그램은 "
                f"{_VERSION}({N_TOKENS}개)만 읽습니다. jihwa lm build로 다시 만드세요.",
                en=f"{path}: language model of version {version} ({n_tokens} tokens); this program "
                f"reads {_VERSION} ({N_TOKENS}). Make it again with jihwa lm build.",
            )
        body = content[_HEADER.size :]
        n_book = order * N_CODES * np.dtype(np.float32).itemsize
        sizes = [n_book, n_book, n_contexts, n_contexts, n_contexts, n_nodes, n_nodes]
        if body.size != sum(sizes) or zlib.crc32(body) != checksum:
            raise _damaged(path)
        books, codes = body[: 2 * n_book].view("<f4"), body[2 * n_book :]
        log_probs, log_backoffs = books.reshape(2, order, N_CODES)
        return cls(log_probs, log_backoffs, *np.split(codes, np.cumsum(sizes[2:-1])))


def _bytes_of(path: Path | Traversable) -> Codes:
    try:
        if isinstance(path, Path):
            return np.memmap(path, dtype=np.uint8, mode="r")
        return np.frombuffer(path.read_bytes(), dtype=np.uint8)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise DataError(
            ko=f"{path}: 언어 모델을 열 수 없습니다({error}). 경로를 확인하세요.",
            en=f"{path}: the language model cannot be opened ({error}). Check the path.",
        ) from error


def _damaged(path: Path | Traversable) -> DataError:
    return DataError(
        ko=f"{path}: 언어 모델 파일이 잘렸거나 손상되었습니다. 다시 받거나 jihwa lm build로 "
        "다시 만드세요.",
        en=f"{path}: the language model is cut short or damaged. Get it again or make it again "
        "with jihwa lm build.",
    )
