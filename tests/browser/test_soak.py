"""A lab that is played for long, and in which things go wrong: it keeps its memory, and ends with the kernel's numbers.

``RNNVIZ_MINUTES`` says how long each run is looked at.
"""

import os
import re
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, WebSocketRoute, expect

from tests.browser.jupyter import Notebook
from tests.browser.patience import expect_at_last
from tests.memory import together
from tests.minutes import duration, minutes

LAB = (
    "import rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='lstm', hidden_size=12, seq_len=20, seed=0, device='cpu', steps=10**7)\n"
    "lab"
)
WARM = 0.3  # of the time: what is loaded once is there, and every buffer has its size
GROWN = 1.05
KILLS = 4  # at least
CUT = 10.0  # seconds without a connection
UNCLEAN = 4000  # how it ends: after 1000 and 1001, said by who goes away, JupyterLab does not try again
SLOWER = 6  # a page's thread, against this machine's
# how near a drawn number is: a picture of states holds a byte for each, over the range from -1 to 1
ONE_SHADE = 2 / 250
LOST = ("WebSocket connection", "Canceled future", "Connection lost", "restore the debugger state", "ERR_", "closed")
pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200), pytest.mark.tells(*LOST)]


@dataclass
class Memory:
    """The kernel's memory and the page's, now and then."""

    notebook: Notebook
    tool: CDPSession
    kernel: list[int] = field(default_factory=list)
    page: list[int] = field(default_factory=list)

    def look(self) -> None:
        self.tool.send("HeapProfiler.collectGarbage")
        told = self.tool.send("Performance.getMetrics")["metrics"]
        self.page.append(next(int(one["value"]) for one in told if one["name"] == "JSHeapUsedSize"))
        self.kernel.append(together(process(self.notebook)))

    def grown(self) -> dict[str, float]:
        """How much more there is at the end than after the warm-up."""
        return {name: _grown(values) for name, values in (("kernel", self.kernel), ("page", self.page))}


def _grown(values: list[int]) -> float:
    warm = values[int(len(values) * WARM) :]
    ends = max(len(warm) // 3, 1)
    return statistics.median(warm[-ends:]) / statistics.median(warm[:ends])


@pytest.fixture
def notebook(address: str, write: Callable[..., str], page: Page) -> Notebook:
    """A lab that plays."""
    return playing(Notebook(page).open(address, write(LAB)).run_all())


@pytest.fixture
def memory(notebook: Notebook) -> Iterator[Memory]:
    tool = notebook.page.context.new_cdp_session(notebook.page)
    tool.send("Performance.enable")
    kept = Memory(notebook, tool)
    yield kept
    tool.detach()


def playing(notebook: Notebook) -> Notebook:
    notebook.view("hidden").scroll_into_view_if_needed()
    notebook.wait_for_step(0)
    notebook.button("play").click()
    notebook.wait_for_step(20)
    return notebook


def process(notebook: Notebook) -> int:
    return int(notebook.told("import os; print(os.getpid())"))


def expect_the_kernels_numbers(notebook: Notebook) -> None:
    """Pause; what the page shows is then the kernel's step, and its states."""
    step = notebook.rest()
    assert step == int(notebook.told("print(lab.snapshot().step)"))
    states = notebook.told("print(*lab.figure('hidden').data[0].z.ravel().tolist())")
    drawn = [value for row in notebook.shown("hidden", 0, "z") for value in row]
    assert drawn == pytest.approx([float(word) for word in states.split()], abs=ONE_SHADE)


def tell(capsys: pytest.CaptureFixture[str], memory: Memory) -> None:
    with capsys.disabled():
        kernel, page = (values[-1] / 1e6 for values in (memory.kernel, memory.page))
        print(f"\nkernel {kernel:.0f} MB, page {page:.0f} MB; grown {memory.grown()}, {len(memory.page)} samples")


def test_playing_and_beginning_anew_for_long_takes_no_more_memory(
    notebook: Notebook, memory: Memory, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in minutes(page, 10):
        notebook.button("reset").click()
        notebook.pause()
        notebook.button("play").click()
        memory.look()
    tell(capsys, memory)
    expect_the_kernels_numbers(notebook)
    assert max(memory.grown().values()) <= GROWN
    assert notebook.errors == []


def test_a_connection_that_is_cut_for_ten_seconds_is_made_again(
    address: str, write: Callable[..., str], page: Page
) -> None:
    joined: list[tuple[WebSocketRoute, WebSocketRoute]] = []
    refused: list[WebSocketRoute] = []
    cut = [False]

    def join(socket: WebSocketRoute) -> None:
        if cut[0]:
            refused.append(socket)
            socket.close(code=UNCLEAN)
        else:
            joined.append((socket, socket.connect_to_server()))

    page.route_web_socket(re.compile(r"/channels"), join)
    notebook = playing(Notebook(page).open(address, write(LAB)).run_all())
    cut[0] = True
    lost = joined[:]
    for ours, servers in lost:  # on a busy machine this takes long, too
        servers.close(code=UNCLEAN)
        ours.close(code=UNCLEAN)
    page.wait_for_timeout(1000 * CUT)
    cut[0] = False
    expect_at_last(page, lambda: len(joined) > len(lost), True)  # the page tries again by itself, later and later
    assert refused
    notebook.ready()
    notebook.wait_for_step(int(notebook.told("print(lab.snapshot().step)")))
    expect(notebook.lab.locator(".rv-disconnected-words")).to_have_count(0)
    expect_the_kernels_numbers(notebook)


def test_two_tabs_show_one_run(
    notebook: Notebook,
    memory: Memory,
    page: Page,
    address: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    notebook.save()
    (saved,) = folder.glob("test_two_tabs*.ipynb")  # with its outputs
    second = Notebook(page.context.new_page()).open(address, saved.name)
    second.view("hidden").scroll_into_view_if_needed()
    second.wait_for_step(0)
    for _ in minutes(page, 2):
        memory.look()
    tell(capsys, memory)
    second.page.bring_to_front()
    expect_the_kernels_numbers(second)
    page.bring_to_front()
    expect(notebook.button("play")).to_be_enabled()
    expect_the_kernels_numbers(notebook)
    assert second.step() == notebook.step()
    assert max(memory.grown().values()) <= GROWN


def test_a_page_six_times_slower_keeps_up_and_its_kernel_owes_it_nothing(
    notebook: Notebook, memory: Memory, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    memory.tool.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for _ in minutes(page, 2):
        memory.look()
    tell(capsys, memory)
    shown = notebook.step()
    notebook.wait_for_step(shown + 1)
    assert int(notebook.told("print(lab._console.screen.feed.in_flight)")) <= 2
    expect_the_kernels_numbers(notebook)
    memory.tool.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert max(memory.grown().values()) <= GROWN
    assert notebook.errors == []


def test_a_kernel_that_is_killed_again_and_again_leaves_nothing_in_the_page(
    notebook: Notebook, memory: Memory, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = time.monotonic()
    while len(memory.page) < KILLS or time.monotonic() - begin < duration(5):
        os.kill(process(notebook), signal.SIGKILL)
        expect(notebook.lab.locator(".rv-disconnected-words")).to_contain_text("The kernel behind this is gone")
        page.locator(".jp-Dialog button", has_text="Ok").click()
        notebook.ready()
        notebook.run_all()
        expect(notebook.lab.locator(".rv-disconnected-words")).to_have_count(0)
        playing(notebook)
        memory.look()
    tell(capsys, memory)
    expect_the_kernels_numbers(notebook)
    assert max(memory.grown().values()) <= GROWN
