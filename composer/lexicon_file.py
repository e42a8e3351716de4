"""The file of the lexicon, made to map.

Children stand in the order of their parents, behind the root of their part, so nothing has to say
where those of a node begin; only nodes that share the children of another one are listed.

    header   magic, version, tokens of the alphabet, N, S, bytes of names, CRC-32 of the rest
    names    JSON {name: root}, then spaces up to a multiple of four
    shared   (S, 2) int32: a node, and the one whose children it has too
    nodes    (N,) uint8 each: tokens, prob_codes, end_codes, sizes (0 where the children are shared)
"""

import json
import struct
import zlib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from jihwa.composer.jamo import N_TOKENS
from jihwa.composer.lexicon import Bytes, Lexicon, Nodes
from jihwa.data.files import write_whole
from jihwa.data.messages import DataError

_SHIPPED = resources.files("jihwa.composer") / "language" / "korean.lexicon"
_MAGIC = b"jihwalex"
_VERSION = 1
_HEADER = struct.Struct("<8sHHIIII")


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
    counts = len(sizes), len(shared), len(names)
    write_whole(path, _HEADER.pack(_MAGIC, _VERSION, N_TOKENS, *counts, zlib.crc32(body)) + body)


def read_lexicon(path: Path | Traversable | None = None) -> Lexicon:
    """Map a file, or read it where it cannot be mapped (in an archive); without one, the shipped.

    Raises:
        DataError: It is missing, no lexicon, of another version, cut short or damaged.
    """
    path = _SHIPPED if path is None else path
    content = _content(path)
    if content[: len(_MAGIC)].tobytes() != _MAGIC:
        raise DataError(
            ko=f"{path}: jihwa 낱말 사전이 아닙니다. jihwa lm lexicon으로 만든 파일을 주세요.",
            en=f"{path}: not a jihwa lexicon. Give a file made by jihwa lm lexicon.",
        )
    header, body = content[: _HEADER.size].tobytes(), content[_HEADER.size :]
    if len(header) < _HEADER.size:
        raise _damaged(path)
    _, version, n_tokens, n_nodes, n_shared, n_names, checksum = _HEADER.unpack(header)
    if (version, n_tokens) != (_VERSION, N_TOKENS):
        raise DataError(
            ko=f"{path}: 낱말 사전 버전 {version}(기호 {n_tokens}개)은 읽을 수 없습니다. 이 "
            f"프로그램은 버전 {_VERSION}({N_TOKENS}개)을 읽습니다. jihwa lm lexicon으로 다시 "
            "만드세요.",
            en=f"{path}: lexicon version {version} ({n_tokens} tokens) cannot be read; this "
            f"program reads version {_VERSION} ({N_TOKENS}). Make it again with jihwa lm lexicon.",
        )
    if body.size != n_names + 8 * n_shared + 4 * n_nodes or zlib.crc32(body.data) != checksum:
        raise _damaged(path)
    roots: dict[str, int] = json.loads(body[:n_names].tobytes())
    shared = body[n_names : n_names + 8 * n_shared].view("<i4").reshape(-1, 2)
    tokens, prob_codes, end_codes, sizes = body[n_names + 8 * n_shared :].reshape(4, n_nodes)
    sizes, begins = _with_shared(sizes, shared, list(roots.values()))
    return Lexicon(roots, tokens, prob_codes, end_codes, sizes, begins)


def _with_shared(sizes: Bytes, shared: Nodes, roots: list[int]) -> tuple[Bytes, Nodes]:
    """How many children every node has and where they begin, those that are shared too."""
    is_root = np.zeros(len(sizes), dtype=np.int32)
    is_root[roots] = 1  # the only nodes that are nobody's child
    begins = np.cumsum(sizes, dtype=np.int32) - sizes + np.cumsum(is_root, dtype=np.int32)
    sizes = sizes.copy()
    node, owner = shared.T
    sizes[node], begins[node] = sizes[owner], begins[owner]
    return sizes, begins


def _content(path: Path | Traversable) -> Bytes:
    try:
        if isinstance(path, Path):
            return np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        return np.frombuffer(path.read_bytes(), dtype=np.uint8)
    except (OSError, ValueError) as error:  # ValueError: nothing in it to map
        raise DataError(
            ko=f"{path}: 낱말 사전을 읽을 수 없습니다({error}). 경로를 확인하세요.",
            en=f"{path}: the lexicon cannot be read ({error}). Check the path.",
        ) from error


def _damaged(path: Path | Traversable) -> DataError:
    return DataError(
        ko=f"{path}: 낱말 사전이 잘렸거나 손상되었습니다. 다시 받거나 jihwa lm lexicon으로 "
        "만드세요.",
        en=f"{path}: the lexicon is cut short or damaged. Get it again, or make it with "
        "jihwa lm lexicon.",
    )
