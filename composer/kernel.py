"""Which form of the kernel runs: its modules compiled, or the same files as plain Python.

The kernel is every module that has a `.pxd` beside it. Python prefers a compiled module to the file
that it was made of, be it cut short, made for another processor, or older than that file. So the
form is chosen here, once for all of them, because compiled ones share their types.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from jihwa.data.messages import Message

PLAIN = "JIHWA_PLAIN"
"""The environment variable that asks for plain Python."""

_FOLDER = Path(__file__).parent
_SHARED = _FOLDER / "memoryviews"
"""A compiled module that all the others need; it has no source here, see setup.py."""
_CHECKOUT = _FOLDER.parent if (_FOLDER.parent / "setup.py").exists() else None


@dataclass(frozen=True, slots=True)
class Form:
    """How the kernel runs.

    Attributes:
        compiled: Whether it is compiled.
        unfit: Why it is not although compiled modules are there; None where nothing is wrong.
    """

    compiled: bool
    unfit: Message | None = None


@cache
def form() -> Form:
    """The form that this run has; no module of the kernel is imported for it."""
    types = [*_FOLDER.glob("*/*.pxd")]
    libraries = {path: _compiled(path) for path in (_SHARED, *types)}
    there = {path: library for path, library in libraries.items() if library}
    if not there or os.environ.get(PLAIN):
        return Form(compiled=False)
    if len(there) < len(libraries):
        return _unfit(f"{_FOLDER}: 일부만 컴파일됨", f"{_FOLDER}: only a part is compiled")
    if _CHECKOUT:
        sources = (*types, *(path.with_suffix(".py") for path in types))
        if max(map(_changed_s, sources)) > min(map(_changed_s, there.values())):
            return _unfit(
                f"{_FOLDER}: 고친 뒤 컴파일하지 않음",
                f"{_FOLDER}: changed since it was compiled",
            )
    for path, library in there.items():
        name = ".".join([__package__, *path.relative_to(_FOLDER).with_suffix("").parts])
        try:
            module_from_spec(_spec(name, library))  # it is loaded, but not executed
        except (ImportError, OSError, SystemError) as error:
            return _unfit(f"불러올 수 없음 ({error})", f"cannot be loaded ({error})")
    return Form(compiled=True)


def choose() -> None:
    """Let every module of the kernel be imported in the form of this run."""
    sys.meta_path.insert(0, _Chooser())


class _Chooser(MetaPathFinder):
    """Finds a module of the kernel as plain Python, where it shall be that; no other module."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The plain module; None leaves it to Python, which finds the compiled one."""
        package, _, name = fullname.rpartition(".")
        if path is None or package.rpartition(".")[0] != __package__:
            return None
        source = Path(next(iter(path))) / f"{name}.py"
        if not source.with_suffix(".pxd").exists() or form().compiled:
            return None
        return _spec(fullname, source)


def _spec(name: str, file: Path) -> ModuleSpec:
    spec = spec_from_file_location(name, file)
    assert spec, file  # noqa: S101  # Python knows how to load both endings
    return spec


def _compiled(path: Path) -> Path | None:
    """The compiled module of this name that Python would choose."""
    libraries = (path.with_name(path.stem + suffix) for suffix in EXTENSION_SUFFIXES)
    return next(filter(Path.exists, libraries), None)


def _changed_s(file: Path) -> float:
    return file.stat().st_mtime


def _unfit(ko: str, en: str) -> Form:
    mend = Message(ko="jihwa를 다시 설치하세요", en="Install jihwa again")
    if _CHECKOUT:
        command = f"pip install --editable {_CHECKOUT}"
        mend = Message(ko=f"`{command}`를 실행하세요", en=f"Run `{command}`")
    return Form(
        compiled=False,
        unfit=Message(
            ko=f"컴파일된 탐색 커널: {ko}. 더 느린 순수 파이썬으로 돕니다. {mend.ko}.",
            en=f"compiled kernel: {en}. Plain Python, which is slower, does its work. {mend.en}.",
        ),
    )
