"""What is installed: every package of the sources, and nothing that is none."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]


def test_every_folder_with_modules_is_a_package_that_is_installed():
    folders = {
        ".".join(("jihwa", *path.parent.relative_to(ROOT).parts))
        for layer in SETUPTOOLS["package-dir"].values()
        for path in (ROOT / layer).rglob("*.py")
    }
    assert sorted(SETUPTOOLS["packages"]) == sorted(folders)


def test_all_data_files_that_are_named_exist():
    for package, patterns in SETUPTOOLS["package-data"].items():
        folder = ROOT.joinpath(*package.split(".")[1:])
        for pattern in patterns:
            assert any(folder.glob(pattern)), f"{package}: {pattern}"
