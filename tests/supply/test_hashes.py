"""The hashed set is the tested set: the same versions, every file by its SHA-256, all that is needed and no address."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.binder.environment import FOLDER, canonical, pins
from tests.supply.closure import brought, wishes

EXTRAS = ["chapters", "test"]
# torch brings these itself on Linux, each in one version; where torch is for the processor alone they do not come
WITH_TORCH = re.compile(r"(nvidia|cuda)-.*|triton")
SYSTEMS = ["linux", "darwin", "win32"]


def _lines(extra: str) -> list[tuple[Requirement, list[str]]]:
    """Return what a hashed file asks for, each with its hashes."""
    text = (FOLDER / "hashed" / f"{extra}.txt").read_text(encoding="utf-8").replace("\\\n", "")
    entries = [line.partition(" --hash=") for line in text.splitlines() if line]
    return [(Requirement(asked), rest.split(" --hash=")) for asked, _, rest in entries]


def _systems(asked: Requirement) -> set[str]:
    """Return the systems on which it is asked for, by any supported Python."""
    kinds = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}
    found = set()
    for system, (platform, os_name) in kinds.items():
        for python in ("3.11", "3.12", "3.13", "3.14"):
            told = {"sys_platform": system, "platform_system": platform, "os_name": os_name}
            told |= {"python_version": python, "python_full_version": f"{python}.0"}
            for machine in ("x86_64", "arm64", "AMD64"):
                if asked.marker is None or asked.marker.evaluate({**told, "platform_machine": machine}):
                    found.add(system)
    return found


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_version_is_the_tested_one(extra: str) -> None:
    tested = pins()
    asked = {canonical(one.name): str(one.specifier) for one, _ in _lines(extra)}
    assert {name for name in asked if name not in tested and not WITH_TORCH.fullmatch(name)} == set()
    assert {name: told for name, told in asked.items() if name in tested and told != str(tested[name].specifier)} == {}


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_file_is_known_by_a_whole_hash(extra: str) -> None:
    wrong = {
        one.name: hashes
        for one, hashes in _lines(extra)
        if not hashes or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", found.strip()) for found in hashes)
    }
    assert wrong == {}


@pytest.mark.parametrize("extra", EXTRAS)
def test_it_holds_all_that_is_installed_here_for_this_command(extra: str) -> None:
    asked = {canonical(one.name) for one, _ in _lines(extra)}
    assert {name for name in brought(wishes(extra)) if not WITH_TORCH.fullmatch(name)} - asked == set()


@pytest.mark.parametrize("extra", EXTRAS)
def test_it_holds_what_installs_the_package_itself(extra: str) -> None:
    assert {"hatchling", "editables"} <= {one.name for one, _ in _lines(extra)}


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_each_system_is_given_what_the_package_asks_for(extra: str, system: str) -> None:
    there = {canonical(one.name) for one, _ in _lines(extra) if system in _systems(one)}
    assert {canonical(one.name) for one in wishes(extra)} - there == set()


def test_each_system_has_its_own() -> None:
    there = {one.name: _systems(one) for one, _ in _lines("chapters")}
    assert (there["appnope"], there["pywinpty"]) == ({"darwin"}, {"win32"})
    assert "linux" in there["torch"]
    assert there["nvidia-cublas"] == {"linux"}


@pytest.mark.parametrize("path", sorted((FOLDER / "hashed").iterdir()), ids=lambda path: path.name)
def test_it_names_no_address(path: Path) -> None:
    assert not re.search(r"://|^-|\n-", path.read_text(encoding="utf-8"))
