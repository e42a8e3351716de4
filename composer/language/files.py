"""The fitted files of the language: a header, a checksum, and a body that is mapped as it is.

**The n-gram.** A trie, small enough to ship. A *node* is an n-gram with the probability of its last
token after the others; a *context* is an n-gram that longer ones continue, with its back-off
weight. Both are numbered breadth first, so the children of a context stand together, in the order
of their tokens. Nothing has to point anywhere: one flag says where the children of the next context
begin, another which nodes are contexts.

    children of    0 (empty)           1 (ᄀ)           2 (ᄂ)           …
    nodes          ᄀ ᄂ ᄃ … ᆨ ᆩ ᆪ …    가 개 갸 걔 …    나 내 냐 …      …
    first child    ●                   ●               ●
    context        1 2 3 … 43 44       69    70        71 72

**The lexicon.** Children stand in the order of their parents, behind the root of their part, so
nothing has to say where those of a node begin; only nodes that share the children of another one
are listed.

    header   magic, version, tokens of the alphabet, N, S, bytes of names, CRC-32 of the rest
    names    JSON {name: root}, then spaces up to a multiple of four
    shared   (S, 2) int32: a node, and the one whose children it has too
    nodes    (N,) uint8 each: tokens, prob_codes, end_codes, sizes (0 where the children are shared)
"""

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import accumulate
from pathlib import Path
from typing import Self

import numpy as np

from jihwa.composer.language.jamo import N_TOKENS
from jihwa.composer.language.lexicon import Bytes, Lexicon, Nodes
from jihwa.data.files import write_whole
from jihwa.data.messages import DataError, Message
from jihwa.data.signal.frames import Floats


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A header, then a body that is mapped as it is.

    Attributes:
        magic: The first bytes.
        version: What this program reads and writes.
        header: The bytes of magic, version, number of tokens, sizes, CRC-32 of the body.
        body_size: The bytes of a body with these sizes.
        name: What a file is called, for messages.
        command: What makes one.
    """

    magic: bytes
    version: int
    header: struct.Struct
    body_size: Callable[..., int]
    name: Message
    command: str

    def write(self, path: Path, sizes: tuple[int, ...], body: bytes) -> None:
        """Write a file at once: readers find the old file or the whole new one.

        Raises:
            OSError: It cannot be written.
        """
        header = self.header.pack(self.magic, self.version, N_TOKENS, *sizes, zlib.crc32(body))
        write_whole(path, header + body)

    def read(self, path: Path | Traversable) -> tuple[tuple[int, ...], Bytes]:
        """Map a file, or read it where it cannot be mapped (in an archive).

        Returns:
            The sizes and the body.

        Raises:
            DataError: It is missing, of another kind or version, cut short or damaged.
        """
        name, command = self.name, self.command
        content = self._content(path)
        if content[: len(self.magic)].tobytes() != self.magic:
            raise DataError(
                ko=f"{path}: jihwa {name.ko}이 아닙니다. {command} 명령으로 만든 파일을 주세요.",
                en=f"{path}: not a jihwa {name.en}. Give a file made by {command}.",
            )
        header, body = content[: self.header.size].tobytes(), content[self.header.size :]
        if len(header) < self.header.size:
            raise self._damaged(path)
        _, version, n_tokens, *sizes, checksum = self.header.unpack(header)
        if (version, n_tokens) != (self.version, N_TOKENS):
            raise DataError(
                ko=f"{path}: {name.ko} 버전 {version}(기호 {n_tokens}개)은 읽을 수 없습니다. 이 "
                f"프로그램은 버전 {self.version}({N_TOKENS}개)을 읽습니다. {command} 명령으로 다시 "
                "만드세요.",
                en=f"{path}: {name.en} version {version} ({n_tokens} tokens) cannot be read; this "
                f"program reads version {self.version} ({N_TOKENS}). Make it again with {command}.",
            )
        if body.size != self.body_size(*sizes) or zlib.crc32(body.data) != checksum:
            raise self._damaged(path)
        return tuple(sizes), body

    def _content(self, path: Path | Traversable) -> Bytes:
        try:
            if isinstance(path, Path):
                mapped = np.memmap(path, dtype=np.uint8, mode="r")
                return np.asarray(mapped)  # the same memory: memmap costs time in every operation
            return np.frombuffer(path.read_bytes(), dtype=np.uint8)
        except (OSError, ValueError) as error:  # ValueError: nothing in it to map
            raise DataError(
                ko=f"{path}: {self.name.ko}을 읽을 수 없습니다({error}). 경로를 확인하세요.",
                en=f"{path}: the {self.name.en} cannot be read ({error}). Check the path.",
            ) from error

    def _damaged(self, path: Path | Traversable) -> DataError:
        return DataError(
            ko=f"{path}: {self.name.ko}이 잘렸거나 손상되었습니다. 다시 받거나 {self.command} "
            "명령으로 만드세요.",
            en=f"{path}: the {self.name.en} is cut short or damaged. Get it again, or make it with "
            f"{self.command}.",
        )


N_PROB_CODES = 128
N_BACKOFF_CODES = 256

_FLOAT_SIZE = np.dtype(np.float32).itemsize


def _ends(order: int, n_contexts: int, n_nodes: int) -> list[int]:
    """Where the parts of the body end, in bytes; of nodes there is one more than n-grams."""
    books = order * N_PROB_CODES * _FLOAT_SIZE, order * N_BACKOFF_CODES * _FLOAT_SIZE
    return list(accumulate((*books, n_nodes, n_nodes, n_contexts)))


_NGRAM_FILE = FileFormat(
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
        _NGRAM_FILE.write(
            path, (len(self.log_probs), self.backoff_codes.size, self.tokens.size), body
        )

    @classmethod
    def read(cls, path: Path | Traversable) -> Self:
        """Map a file, or read it where it cannot be mapped (in an archive).

        Raises:
            DataError: It is missing, no language model, of another version, cut short or damaged.
        """
        (order, n_contexts, n_nodes), body = _NGRAM_FILE.read(path)
        ends = _ends(order, n_contexts, n_nodes)
        probs, backoffs, tokens, prob_codes, backoff_codes = np.split(body, ends[:-1])
        return cls(
            probs.view("<f4").reshape(order, N_PROB_CODES),
            backoffs.view("<f4").reshape(order, N_BACKOFF_CODES),
            tokens,
            prob_codes,
            backoff_codes,
        )


_SHIPPED = resources.files("jihwa.composer.language") / "korean.lexicon"
_LEXICON_FILE = FileFormat(
    magic=b"jihwalex",
    version=1,
    header=struct.Struct("<8sHHIIII"),
    body_size=lambda n_nodes, n_shared, n_names: n_names + 8 * n_shared + 4 * n_nodes,
    name=Message(ko="낱말 사전", en="lexicon"),
    command="jihwa lm lexicon",
)


def write_lexicon(lexicon: Lexicon, path: Path) -> None:
    """Write the file at once: readers find the old file or the whole new one.

    Raises:
        OSError: It cannot be written.
    """
    names = json.dumps(dict(lexicon.roots), ensure_ascii=False).encode()
    names += b" " * (-len(names) % 4)
    leads = np.flatnonzero(lexicon.sizes)
    _, first, which = np.unique(lexicon.begins[leads], return_index=True, return_inverse=True)
    owner = leads[first][which]  # (L,) the first node with the same children
    shares = owner != leads
    shared = np.column_stack([leads, owner])[shares].astype("<i4")
    sizes = lexicon.sizes.copy()
    sizes[leads[shares]] = 0
    nodes = (lexicon.tokens, lexicon.prob_codes, lexicon.end_codes, sizes)
    body = b"".join([names, shared.tobytes(), *(part.tobytes() for part in nodes)])
    _LEXICON_FILE.write(path, (len(sizes), len(shared), len(names)), body)


def read_lexicon(path: Path | Traversable | None = None) -> Lexicon:
    """Map a file, or read it where it cannot be mapped (in an archive); without one, the shipped.

    Raises:
        DataError: It is missing, no lexicon, of another version, cut short or damaged.
    """
    (n_nodes, n_shared, n_names), body = _LEXICON_FILE.read(_SHIPPED if path is None else path)
    roots: dict[str, int] = json.loads(body[:n_names].tobytes())
    shared = body[n_names : n_names + 8 * n_shared].view("<i4").reshape(-1, 2)
    tokens, prob_codes, end_codes, sizes = body[n_names + 8 * n_shared :].reshape(4, n_nodes)
    sizes, begins = _with_shared(sizes, shared, list(roots.values()))
    return Lexicon(roots, tokens, prob_codes, end_codes, sizes, begins)


def _with_shared(sizes: Bytes, shared: Nodes, roots: list[int]) -> tuple[Bytes, Nodes]:
    """How many children every node has and where they begin, those that are shared too."""
    begins = np.cumsum(sizes, dtype=np.int32)  # in place from here on: there are many
    begins -= sizes
    for root in roots:  # the only nodes that are nobody's child
        begins[root:] += 1
    sizes = sizes.copy()
    node, owner = shared.T
    sizes[node], begins[node] = sizes[owner], begins[owner]
    return sizes, begins
