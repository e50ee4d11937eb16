"""Chapters run in kernels of their own: one that fails says where, and takes no other with it."""

from pathlib import Path

import pytest

from rnnviz.site import running
from rnnviz.site.keeping import Order
from rnnviz.site.running import run_chapters
from tests.site.books import book

pytestmark = pytest.mark.timeout(900)
COUNTED = "with open('runs', 'a') as told:\n    told.write('x')"


def test_an_error_and_a_kernel_that_dies_name_their_cells_and_the_others_run_once(tmp_path: Path) -> None:
    chapters = [
        book(tmp_path, "97", fine="1 + 1", broken="1 / 0", after="2"),
        book(tmp_path, "98", ends="import os\nos._exit(1)"),
        book(tmp_path, "99", counted=COUNTED, told="print(6 * 7)"),
    ]
    order = Order(tmp_path, whole=True, shared="../_static")
    broken, ended, fine = (ran for _, ran in run_chapters(chapters, order))
    assert broken.stopped == "in cell broken: ZeroDivisionError: division by zero"
    assert ended.stopped.startswith("in cell ends: DeadKernelError: ")
    assert (fine.stopped, fine.outputs["told"][0].text) == ("", "42\n")
    (again,) = (ran for _, ran in run_chapters(chapters[2:], order))
    assert again == fine
    assert (tmp_path / "runs").read_text() == "x"


def test_a_kernel_that_does_not_begin_is_told_without_a_cell_and_has_as_long_as_a_cell_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    async def never(client: running._Client, **_: object) -> None:
        waited.append((client.startup_timeout, client.timeout))
        raise RuntimeError("Kernel didn't respond")

    monkeypatch.setattr(running._Client, "async_execute", never)
    ((_, ran),) = run_chapters([book(tmp_path, one="1")], Order(tmp_path, whole=True, shared="../_static"))
    assert ran.stopped == "RuntimeError: Kernel didn't respond"
    assert waited == [(running._PATIENCE, running._PATIENCE)]
