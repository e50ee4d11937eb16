"""A lab where nothing is known of the front end: no cell has a name, and no page ever answers a frame."""

import asyncio
import os
import subprocess
import sys

import pytest

import rnnviz as rv
from tests.training.examples import WAIT

SCRIPT = """
import rnnviz as rv
lab = rv.Lab("adding", cell="gru", hidden_size=4, seq_len=8, device="cpu")
lab.train(20)
print(lab.figure("hidden").data[0].z.shape, lab.widget is not None)
lab.close()
print(lab.state.phase, lab.state.step)
"""


def shown():
    lab = rv.Lab("adding", cell="gru", hidden_size=4, seq_len=8, device="cpu", steps=60)
    assert lab.widget is not None
    return lab, lab._console.screen


def ends_as_it_should(lab, screen):
    assert lab.state.step == 60
    assert screen.pump.flush()
    assert screen.seen.step == 60  # the last picture is of the last step, though none was answered
    assert not screen.feed.answered
    lab.close()
    assert lab.state.phase == "stopped"


def test_with_a_thread_a_run_is_shown_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RNNVIZ_RUNNER", raising=False)
    lab, screen = shown()
    lab.play()
    assert lab._runner.join(WAIT)
    ends_as_it_should(lab, screen)


def test_on_an_event_loop_a_run_is_shown_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNVIZ_RUNNER", "asyncio")

    async def played() -> None:
        lab, screen = shown()
        lab.play()
        async with asyncio.timeout(WAIT):
            while lab.state.phase != "paused":
                await asyncio.sleep(0)
        ends_as_it_should(lab, screen)

    asyncio.run(played())


def test_figures_are_drawn_without_any_widget() -> None:
    lab, _ = shown()
    lab.train(60)
    assert lab.figure("hidden").data[0].z.shape == (4, 8)
    assert "plotly" in lab.figure("hidden").to_html(include_plotlyjs=False)
    lab.close()


@pytest.mark.parametrize("runner", ["thread", "asyncio"])
def test_a_plain_script_trains_draws_and_ends_where_there_is_no_notebook_at_all(runner: str) -> None:
    environment = {**os.environ, "RNNVIZ_RUNNER": runner}
    told = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert (told.stdout, told.stderr, told.returncode) == ("(4, 8) True\nstopped 20\n", "", 0)
