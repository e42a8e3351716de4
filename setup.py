"""Compiles the kernel where a C compiler is; the same files run as they are where none is.

Everything else about the package stands in pyproject.toml.
"""

import os
import shutil
from pathlib import Path

from setuptools import Extension, setup

KERNEL = (
    "composer.language.trie",
    "composer.language.token_model",
    "composer.language.ngram",
    "composer.language.profanity",
    "composer.language.mixture",
    "composer.decoding.evidence",
    "composer.decoding.arcs",
    "composer.decoding.hypotheses",
    "composer.decoding.search",
)
"""The modules that a `.pxd` beside them gives C types."""


def kernel() -> list[Extension]:
    """What to compile; nothing where Cython is missing or JIHWA_PLAIN is set."""
    if os.environ.get("JIHWA_PLAIN"):
        return []
    try:
        from Cython.Build import cythonize
    except ImportError:
        return []
    # Cython looks for modules in folders of their names, and here `jihwa.composer` is `composer/`.
    tree = Path("build") / "kernel"
    shutil.rmtree(tree, ignore_errors=True)
    modules = []
    for name in KERNEL:
        source = Path(*name.split("."))
        target = tree / "jihwa" / source
        target.parent.mkdir(parents=True, exist_ok=True)
        for folder in (target.parent, target.parent.parent):
            (folder / "__init__.py").touch()
        for ending in (".py", ".pxd"):
            shutil.copy(source.with_suffix(ending), target.with_suffix(ending))
        modules.append(Extension(f"jihwa.{name}", [str(target.with_suffix(".py"))]))
    compiled: list[Extension] = cythonize(
        modules,
        include_path=[str(tree)],
        language_level=3,
        compiler_directives={
            "annotation_typing": False,  # the .pxd files say what is what
            "boundscheck": False,
            "initializedcheck": False,
        },
    )
    for module in compiled:
        module.optional = True  # cythonize makes modules of its own, and forgets this one's
        module.extra_compile_args = ["-O2"]
        module.extra_link_args = ["-s"]
    return compiled


setup(ext_modules=kernel())
