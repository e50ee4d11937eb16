"""What every test finds: one computing thread, and none of the settings of the person who runs it."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.leftovers import of_the_process

# Set before anything imports torch or starts Jupyter, so that kernels and browsers inherit it.
os.environ["OMP_NUM_THREADS"] = "1"  # two threads on two cores slow each other down beside a browser
_home = tempfile.TemporaryDirectory(prefix="rnnviz-tests-", ignore_cleanup_errors=True)
for _name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
    _folder = Path(_home.name, _name.lower())
    _folder.mkdir(mode=0o700)
    os.environ[_name] = str(_folder)
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts in the background ignore it

# The machine may be busy, so no deadline; the same examples each time, so that a failure is everybody's.
settings.register_profile("rnnviz", deadline=None, derandomize=True, database=None)
settings.load_profile("rnnviz")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a GPU is, there is no simulated one: torch knows one kind of device beside the CPU at a time."""
    simulated = sys.modules.get("tests.devices.simulated")
    if simulated is None or not simulated.REAL:
        return
    there = [item for item in items if "second_device" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=there)
    items[:] = [item for item in items if item not in there]


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test leaves the process as it was, or those after it would depend on their order."""
    before = of_the_process()
    yield
    after = of_the_process()
    assert {name: after[name] for name in before} == before


@pytest.fixture
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cell is registered when the test begins, and none that it registers is when it has ended."""
    monkeypatch.setattr("rnnviz.trace.modules.custom._REGISTERED", {})


@pytest.fixture
def nested_cells(empty_registry: None) -> None:
    """The cells of `tests.trace.nested` are registered, and no others."""
    from tests.trace import nested

    nested.register()


@pytest.fixture
def second_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The simulated device is there for this test."""
    from tests.devices import simulated

    with simulated.present(monkeypatch) as found:
        yield found
