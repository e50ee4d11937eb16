"""How often a still is made: soon after a run has come to rest, rarely while it plays, and never for the training."""

import asyncio
import itertools
import threading
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnnviz.lab.still import keeper as kept
from rnnviz.lab.still.keeper import Keeper, keeper_of
from rnnviz.lab.still.picture import Picture, ScreenPicture
from rnnviz.training.process.background import TURNS
from rnnviz.views.still import pngfile
from rnnviz.views.still.inpieces import InPieces, at_once
from rnnviz.views.still.plot import Plot
from tests.lab.small import small_comparison, small_lab
from tests.training.examples import WAIT

STILL = Picture("One.", b"one", (880, 100))


class Timer:
    """Remembers how long it was to wait; rings when told."""

    made: list["Timer"]

    def __init__(self, delay: float, call: Callable[[], None]) -> None:
        self.delay, self.call, self.cancelled = delay, call, False
        self.made.append(self)

    def start(self) -> None:
        """Wait for the test."""

    def cancel(self) -> None:
        self.cancelled = True


class Place:
    """An output that keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[Picture | None] = []

    def put(self, picture: Picture | None) -> None:
        self.given.append(picture)

    def fill(self, picture: Picture) -> bool:
        self.given.append(picture)
        return True


class Desk:
    """A keeper whose reader, clock and timers are in the test's hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Timer.made = []
        self.playing, self.ready, self.now, self.cost = False, True, 100.0, 0.05
        monkeypatch.setattr(kept.threading, "Timer", Timer)
        monkeypatch.setattr(kept.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(kept.threading, "current_thread", lambda: Timer.made[-1])
        self.keeper = Keeper(self.draw, playing=lambda: self.playing, ready=lambda: self.ready)
        self.keeper._output = self.place = Place()  # type: ignore[assignment]
        self.keeper._shown = self.keeper._attended = True

    def draw(self) -> InPieces[Picture]:
        self.now += self.cost / 2
        yield
        self.now += self.cost / 2
        return STILL

    def ring(self) -> None:
        timer = Timer.made[-1]
        self.now += timer.delay
        timer.call()


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_with_a_reader_the_cell_ends_at_once_and_the_still_comes_after_the_page(desk: Desk) -> None:
    desk.ready = False
    desk.keeper.cell_ended()
    assert desk.place.given == [None]
    desk.ring()
    assert desk.place.given == [None]
    desk.ready = True
    desk.ring()
    assert desk.place.given == [None, STILL]


def test_a_page_that_never_draws_is_not_waited_for_for_ever(desk: Desk) -> None:
    desk.ready = False
    desk.keeper.cell_ended()
    for _ in range(40):
        if desk.place.given[-1] is None:
            desk.ring()
    assert desk.place.given == [None, STILL]
    assert desk.now < 120


def test_while_it_plays_stills_take_ten_milliseconds_of_a_second_at_most(desk: Desk) -> None:
    desk.keeper.cell_ended()
    desk.ring()
    desk.playing, begun, count = True, desk.now, len(desk.place.given)
    while desk.now < begun + 600:
        desk.keeper.changed()
        desk.keeper.changed()
        desk.ring()
    made = len(desk.place.given) - count
    assert 0 < made * desk.cost / (desk.now - begun) <= 0.01


def test_a_run_that_comes_to_rest_has_its_still_within_a_second(desk: Desk) -> None:
    desk.keeper.cell_ended()
    desk.ring()
    desk.playing = True
    desk.keeper.changed()
    waiting = Timer.made[-1]
    desk.playing = False
    desk.keeper.changed()
    assert waiting.cancelled
    assert waiting.delay > 4 > 1 > Timer.made[-1].delay


def test_a_closed_lab_draws_what_was_not_drawn_and_then_nothing(desk: Desk) -> None:
    desk.keeper.cell_ended()
    desk.ring()
    desk.keeper.changed()
    desk.keeper.close(quietly=True)
    count = len(desk.place.given)
    desk.keeper.changed()
    assert (count, len(desk.place.given), Timer.made[-1].cancelled) == (3, 3, True)


@pytest.mark.parametrize("made", [small_lab, small_comparison], ids=["lab", "comparison"])
def test_training_with_stills_is_training_without_bit_for_bit(made: Callable[..., object]) -> None:
    watched, alone = made(seed=3), made(seed=3)
    still = ScreenPicture(watched._console.shown(), "adding")
    for _ in range(4):
        at_once(still.now())
        watched.train(5)
        alone.train(5)
    for name, weight in alone.snapshot().weights.items():
        assert np.array_equal(weight, watched.snapshot().weights[name])
    watched.close()
    assert not [one for one in threading.enumerate() if one.name == "rnnviz-still"]


def test_the_same_moment_is_the_same_file() -> None:
    files = []
    for _ in range(2):
        lab = small_lab(seed=5)
        lab.train(6)
        files.append(at_once(ScreenPicture(lab._console.shown(), "adding").now()))
        lab.close()
    assert files[0] == files[1]
    assert "seed 5, at step 6" in files[0].sentence


def test_a_picture_that_fails_is_left_out_and_the_others_stay() -> None:
    lab = small_lab(seed=5, views=["hidden", "curves"])
    screen = lab._console.shown()
    both = at_once(ScreenPicture(screen, "adding").now())
    broken = ScreenPicture(screen, "adding")
    broken._drawings["curves"] = None  # type: ignore[assignment]
    broken._drawing = lambda name, *moment: (  # type: ignore[method-assign]
        ScreenPicture._drawing(broken, name, *moment) if name == "hidden" else 1 / 0
    )
    assert 0 < len(at_once(broken.now()).png) < len(both.png)
    lab.close()


class Pieces:
    """A still that is drawn on an event loop: in which of its turns a figure was drawn, or so many bytes packed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.turn, self.place = 0, Place()
        self.drawn: list[int] = []
        self.packed: list[tuple[int, int]] = []
        draw, packer, pieces = Plot.draw, zlib.compressobj, self

        class Packer:
            def __init__(self, level: int) -> None:
                self.packer = packer(level)
                self.flush = self.packer.flush

            def compress(self, data: memoryview) -> bytes:
                pieces.packed.append((pieces.turn, data.nbytes))
                return self.packer.compress(data)

        def noted(plot: Plot, *arguments: Any) -> None:
            pieces.drawn.append(pieces.turn)
            draw(plot, *arguments)

        monkeypatch.setenv("RNNVIZ_RUNNER", "asyncio")
        monkeypatch.setattr(kept, "_AT_REST", 0.0)
        monkeypatch.setattr(Plot, "draw", noted)
        monkeypatch.setattr(pngfile.zlib, "compressobj", Packer)

    async def until(self, met: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT):
            while not met():
                self.turn += 1
                await asyncio.sleep(0)

    def keeper(self, lab: Any) -> Keeper:
        made = keeper_of(lab._console.shown(), "adding")
        made._output, made._ready = self.place, lambda: True  # type: ignore[assignment]
        made._placed = made._attended = True
        return made


def test_on_an_event_loop_a_turn_draws_one_figure_or_packs_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = Pieces(monkeypatch)

    async def drawn() -> None:
        lab = small_lab(steps=10**6)
        keeper = pieces.keeper(lab)
        lab.play()
        keeper.changed()
        await pieces.until(lambda: pieces.place.given)
        lab.close()

    asyncio.run(drawn())
    turns = pieces.drawn + [turn for turn, _ in pieces.packed]
    assert len(pieces.drawn) > 3 < len(pieces.packed)
    # and between two of them the loop turns often enough to bring a press through
    assert all(later - sooner >= TURNS for sooner, later in itertools.pairwise(turns))
    assert max(size for _, size in pieces.packed) <= 2**19


def test_a_lab_that_is_closed_while_its_still_is_drawn_has_the_whole_of_it_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pieces = Pieces(monkeypatch)

    async def closed() -> None:
        lab = small_lab()
        keeper = pieces.keeper(lab)
        keeper.changed()
        await pieces.until(lambda: pieces.drawn)
        assert pieces.place.given == []
        keeper.close(quietly=True)
        assert len(pieces.place.given) == 1
        done = len(pieces.drawn)
        for _ in range(5 * TURNS):
            await asyncio.sleep(0)
        assert (len(pieces.place.given), len(pieces.drawn)) == (1, done)
        lab.close()

    asyncio.run(closed())


def test_what_changes_while_a_still_is_drawn_is_drawn_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = Pieces(monkeypatch)
    monkeypatch.setattr(kept, "_SHARE_AT_REST", 10.0)

    async def changed() -> None:
        lab = small_lab()
        keeper = pieces.keeper(lab)
        keeper.changed()
        await pieces.until(lambda: pieces.drawn)
        keeper.changed()
        await pieces.until(lambda: pieces.place.given)
        figures = len(pieces.drawn)
        await pieces.until(lambda: len(pieces.place.given) == 2)
        assert len(pieces.drawn) == 2 * figures
        lab.close()

    asyncio.run(changed())
