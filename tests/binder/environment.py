"""What `binder/` asks for, read as Binder reads it: conda's file, in pip's names where pip has to install it."""

from pathlib import Path

import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "binder"
# conda-forge splits torch by what it computes on, and has Python and pip themselves as packages
TORCH = "pytorch-cpu"
NO_PACKAGES = {"python", "pip"}


def environment() -> tuple[list[str], list[str]]:
    """Return what conda is to install, and what pip is to install after it."""
    told = yaml.safe_load((FOLDER / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    [pip] = [entry["pip"] for entry in told if isinstance(entry, dict)]
    return [entry for entry in told if isinstance(entry, str)], pip


def python() -> str:
    """Return the version of Python that Binder takes."""
    [version] = [entry.removeprefix("python=") for entry in environment()[0] if entry.startswith("python=")]
    return version


def requirements() -> list[Requirement]:
    """Return the same set as pip would be asked for it."""
    conda, pip = environment()
    asked = [Requirement(entry.replace(TORCH, "torch")) for entry in conda if not entry.startswith("python=")]
    return [one for one in [*asked, *map(Requirement, pip)] if one.name not in NO_PACKAGES]


def pins() -> dict[str, Requirement]:
    """Return the versions of the tested set by canonical name."""
    lines = (FOLDER / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonical(one.name): one for one in found}


def canonical(name: str) -> str:
    """Return a package's name as an index writes it."""
    return name.lower().replace("_", "-").replace(".", "-")
