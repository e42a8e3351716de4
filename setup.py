"""Compiles the kernel where a C compiler is; the same files run as they are where none is.

Everything else about the package stands in pyproject.toml.
"""

import os
import shutil
import sys
from pathlib import Path

from setuptools import Extension, setup

SHARED = "jihwa.composer.memoryviews"
"""A module of Cython's own code that all of the kernel needs; a copy in each doubles its size."""


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
    modules = [Extension(SHARED, [str(tree.joinpath(*SHARED.split(".")).with_suffix(".c"))])]
    for types in sorted(Path("composer").glob("*/*.pxd")):  # they say which modules the kernel is
        target = tree / "jihwa" / types
        target.parent.mkdir(parents=True, exist_ok=True)
        for folder in (target.parent, target.parent.parent):
            (folder / "__init__.py").touch()
        for ending in (".py", ".pxd"):
            shutil.copy(types.with_suffix(ending), target.with_suffix(ending))
        name = ".".join(["jihwa", *types.with_suffix("").parts])
        modules.append(Extension(name, [str(target.with_suffix(".py"))]))
    compiled: list[Extension] = cythonize(
        modules,
        include_path=[str(tree)],
        language_level=3,
        shared_utility_qualified_name=SHARED,
        compiler_directives={
            "annotation_typing": False,  # the .pxd files say what is what
            "auto_pickle": False,
            "binding": False,
            "boundscheck": False,
            "initializedcheck": False,
        },
    )
    for module in compiled:
        module.optional = True  # cythonize makes modules of its own, and forgets this one's
        # Windows' compiler optimises and strips by itself; nothing here is ever unwound.
        if sys.platform != "win32":
            module.extra_compile_args = ["-O2", "-fno-asynchronous-unwind-tables"]
            module.extra_link_args = ["-Wl,-x" if sys.platform == "darwin" else "-s"]
        if sys.platform == "linux":
            module.extra_link_args.append("-Wl,-z,noseparate-code")  # or each part fills pages
    return compiled


setup(ext_modules=kernel())
