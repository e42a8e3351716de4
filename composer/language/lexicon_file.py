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
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from jihwa.composer.language.lexicon import Lexicon, Nodes
from jihwa.composer.language.mapped_file import Bytes, FileFormat
from jihwa.data.messages import Message

_SHIPPED = resources.files("jihwa.composer.language") / "korean.lexicon"
_FORMAT = FileFormat(
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
    _FORMAT.write(path, (len(sizes), len(shared), len(names)), body)


def read_lexicon(path: Path | Traversable | None = None) -> Lexicon:
    """Map a file, or read it where it cannot be mapped (in an archive); without one, the shipped.

    Raises:
        DataError: It is missing, no lexicon, of another version, cut short or damaged.
    """
    (n_nodes, n_shared, n_names), body = _FORMAT.read(_SHIPPED if path is None else path)
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
