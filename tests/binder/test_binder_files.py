"""What `binder/` asks for is what the package asks for, in versions that the tested set has."""

import os
import stat
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.binder.environment import FOLDER, ROOT, canonical, environment, pins, python, requirements

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WISHES = [*map(Requirement, PROJECT["dependencies"]), *map(Requirement, PROJECT["optional-dependencies"]["chapters"])]
BUILDS = [Requirement("hatchling>=1.26")]  # nothing is fetched while the package itself is installed


def test_binder_asks_for_what_the_chapters_need_and_for_nothing_else() -> None:
    assert sorted(canonical(one.name) for one in requirements()) == sorted(
        canonical(one.name) for one in [*WISHES, *BUILDS]
    )


@pytest.mark.parametrize("asked", requirements(), ids=str)
def test_the_tested_version_is_one_that_binder_may_take_and_that_the_package_asks_for(asked: Requirement) -> None:
    [pin] = pins()[canonical(asked.name)].specifier
    [wish] = [one for one in [*WISHES, *BUILDS] if canonical(one.name) == canonical(asked.name)]
    assert asked.specifier.contains(pin.version)
    assert wish.specifier.contains(pin.version)


@pytest.mark.parametrize("asked", [one for one in requirements() if one not in BUILDS], ids=str)
def test_binder_never_takes_a_later_major_version_than_was_tried(asked: Requirement) -> None:
    [pin] = pins()[canonical(asked.name)].specifier
    [top] = [one.version for one in asked.specifier if one.operator == "<"]
    assert top == str(int(pin.version.partition(".")[0]) + 1)


def test_binder_takes_the_oldest_python_that_the_package_supports() -> None:
    assert PROJECT["requires-python"] == f">={python()}"


def test_only_what_conda_forge_does_not_have_comes_by_pip() -> None:
    conda, by_pip = environment()
    assert "pip" in conda  # conda says so when pip is used without it
    assert [Requirement(one).name for one in by_pip] == ["rouge-score", "torchao"]


def test_binder_runs_what_is_to_be_run_after_the_environment() -> None:
    script = FOLDER / "postBuild"
    assert os.name == "nt" or script.stat().st_mode & stat.S_IXUSR
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines  # a build that fails half way must not look like one that is done
    assert "python -m pip install --no-deps --no-build-isolation ." in lines
