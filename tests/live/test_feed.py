"""One message a frame, with one raw buffer; at most two unanswered; a lost answer stalls no longer than a second."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.live import DraggableFigure, Feed, Frame, LiveFigure, PlotlyRuntime, pack, runtime
from rnnviz.live import feed as feed_module
from rnnviz.views import Patch


class Wire:
    """Stands in for the browser: keeps what was sent, answers when told."""

    def __init__(self, feed: Feed) -> None:
        self.feed, self.sent = feed, []
        feed.send = lambda content, buffers=None: self.sent.append((content, buffers))  # type: ignore[method-assign]

    def answer(self, *numbers: int, sizes: dict[str, list[int]] | None = None) -> None:
        self.feed._heard(self.feed, {"kind": "ack", "ids": list(numbers), "sizes": sizes or {}}, [])


@pytest.fixture
def wire() -> Wire:
    return Wire(Feed())


def frame(*patches: Patch) -> Frame:
    return Frame(run=3, step=12, patches={"hidden": patches})


def test_a_frame_is_one_message_with_one_buffer(wire: Wire) -> None:
    wire.feed.push(frame(Patch(0, "z", np.zeros((4, 5)), (-1, 1)), Patch(1, "y", np.zeros(7))))
    ((content, buffers),) = wire.sent
    assert (content["kind"], content["run"], content["step"]) == ("frame", 3, 12)
    assert [len(buffer) for buffer in buffers] == [20 + 4 * 7]


def test_two_unanswered_frames_are_the_most(wire: Wire) -> None:
    first, second = wire.feed.push(frame()), wire.feed.push(frame())
    assert 0 < wire.feed.room_in() <= feed_module.LOST_AFTER
    wire.answer(first)
    assert wire.feed.room_in() == 0.0
    wire.answer(second)
    assert wire.feed.in_flight == 0


def test_a_page_that_says_so_has_room_for_more_until_it_says_nothing_of_it(wire: Wire) -> None:
    answer = {"kind": "ack", "ids": [wire.feed.push(frame())], "sizes": {}, "spent": 3.0}
    wire.feed._heard(wire.feed, {**answer, "room": 5}, [])
    for _ in range(4):
        wire.feed.push(frame())
        assert wire.feed.room_in() == 0.0
    last = wire.feed.push(frame())
    assert wire.feed.room_in() > 0
    wire.answer(*range(last - 2, last + 1))
    assert wire.feed.room_in() > 0  # two are still unanswered, and are the most again


def test_a_page_that_has_kept_silent_for_a_second_has_room_for_two_again(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(feed_module.time, "monotonic", lambda: now[0])
    answer = {"kind": "ack", "ids": [wire.feed.push(frame())], "sizes": {}, "spent": 3.0, "room": 5}
    wire.feed._heard(wire.feed, answer, [])
    wire.feed.push(frame())
    now[0] += 1.01
    assert wire.feed.room_in() == 0.0
    wire.feed.push(frame())
    wire.feed.push(frame())
    assert wire.feed.room_in() > 0


def test_a_lost_answer_stalls_for_a_second_at_most(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(feed_module.time, "monotonic", lambda: now[0])
    wire.feed.push(frame())
    wire.feed.push(frame())
    now[0] += 0.99
    assert wire.feed.room_in() == pytest.approx(0.01)
    now[0] += 0.02
    assert wire.feed.room_in() == 0.0


def test_the_browser_tells_how_many_pixels_there_are(wire: Wire) -> None:
    wire.answer(sizes={"hidden": [320, 180], "gates": [0, 0]})
    assert wire.feed.sizes == {"hidden": (320, 180)}  # a figure that is not laid out yet says nothing


def test_pictures_of_another_size_than_they_were_drawn_for_are_asked_for_once(wire: Wire) -> None:
    asked: list[dict[str, Any]] = []
    wire.feed.on_resized = lambda: asked.append(wire.feed.sizes)
    wire.answer(1, sizes={"hidden": [320, 180]})
    assert asked == [{"hidden": (320, 180)}]  # drawn before anybody knew how wide the page is
    wire.answer(2, sizes={"hidden": [320, 180]})
    wire.answer(3, sizes={"hidden": [900, 180]})  # of another page that shows the same lab
    assert len(asked) == 1
    wire.answer(sizes={"hidden": [500, 180]})  # no frame's answer: somebody has drawn at the window
    wire.answer(sizes={"hidden": [500, 180]})
    assert asked[1:] == [{"hidden": (500, 180)}]


def test_answers_and_greetings_wake_the_sender(wire: Wire) -> None:
    heard: list[Any] = []
    wire.feed.on_ready = lambda: heard.append("ready")
    wire.feed.on_hello = lambda: heard.append("hello")
    wire.feed.on_error = lambda figure, text: heard.append((figure, text))
    wire.answer()
    wire.feed._heard(wire.feed, {"kind": "hello"}, [])
    wire.feed._heard(wire.feed, {"kind": "error", "figure": "gates", "text": "boom"}, [])
    assert heard == ["ready", "hello", ("gates", "boom")]


def test_arrays_are_copied_when_they_are_packed() -> None:
    live = np.ones(4, np.float32)
    _, data = pack(frame(Patch(0, "y", live)))
    live[:] = 7
    np.testing.assert_array_equal(np.frombuffer(data, np.float32), np.ones(4))


def test_every_part_starts_where_float32_can_be_read() -> None:
    message, data = pack(frame(Patch(0, "z", np.zeros((3, 3)), (0, 1)), Patch(0, "x", np.arange(3.0))))
    offset = message["parts"][1]["offset"]
    assert offset % 4 == 0
    np.testing.assert_array_equal(np.frombuffer(data, np.float32, 3, offset), [0, 1, 2])


def test_numbers_that_two_curves_of_a_picture_share_travel_once() -> None:
    steps = np.arange(5.0)
    message, data = pack(frame(Patch(0, "x", steps), Patch(0, "y", steps**2), Patch(1, "x", steps)))
    assert len(data) == 40
    for part, numbers in zip(message["parts"], (steps, steps**2, steps), strict=True):
        np.testing.assert_array_equal(np.frombuffer(data, np.float32, 5, part["offset"]), numbers)


def test_a_picture_whose_curves_change_places_is_another_one() -> None:
    def digest(*curves: int) -> int:
        patches = [Patch(trace, "y", np.full(2, curve)) for trace, curve in enumerate(curves)]
        return int(pack(frame(*patches))[0]["digests"]["hidden"])

    assert digest(1, 2, 1) == digest(1, 2, 1)
    assert len({digest(1, 2, 1), digest(1, 2, 2), digest(2, 1, 1)}) == 3


def test_many_figures_share_one_runtime() -> None:
    for _ in range(3):
        LiveFigure(go.Figure())
    assert runtime() is runtime()
    assert len(LiveFigure._esm) < 5_000


def test_figures_have_a_short_name_that_is_always_the_same() -> None:
    assert repr(LiveFigure(go.Figure(), name="gates")) == "LiveFigure('gates')"
    assert repr(Feed()) == "Feed()"
    assert repr(runtime()) == "PlotlyRuntime()"


def test_a_rebuilt_figure_belongs_to_its_run() -> None:
    live = LiveFigure(go.Figure(), run=0)
    live.rebuild(go.Figure(layout={"title": {"text": "new"}}), cursor=(0.0, 1.0, 30), run=1)
    assert (live.spec["run"], live.spec["label"], live.spec["cursor"]) == (1, "new", [0.0, 1.0, 30])


def test_a_dragged_point_is_reported_with_its_timestep_and_value(wire: Wire) -> None:
    heard = []
    wire.feed.on_drag = lambda *what: heard.append(what)
    wire.feed._heard(wire.feed, {"kind": "drag", "figure": "input", "time": 3, "value": 1}, [])
    assert heard == [("input", 3, 1.0)]


@pytest.mark.parametrize("kind", [LiveFigure, DraggableFigure])
def test_what_draws_a_figure_comes_once_and_not_with_each(kind: type[LiveFigure]) -> None:
    for name in ("Drawing {", "Dragging {"):
        assert name in PlotlyRuntime._esm
        assert name not in kind._esm


def test_a_light_frame_says_so_and_a_whole_one_does_not() -> None:
    patches = {"hidden": [Patch(0, "y", np.zeros(3))]}
    assert pack(Frame(0, 1, patches, light=True))[0]["light"] is True
    assert "light" not in pack(Frame(0, 1, patches))[0]


class Page:
    """A page that takes a given time over each frame, on a clock in a test's hand."""

    def __init__(self, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wire, self.now = wire, 100.0
        monkeypatch.setattr(feed_module.time, "monotonic", lambda: self.now)

    def draws(self, *, spent: float, late: float = 0.0, held: float = 0.0) -> None:
        """Be sent a frame, and answer it, which it may have held back."""
        number = self.wire.feed.push(frame())
        self.now += spent + late + held
        answer = {"kind": "ack", "ids": [number], "sizes": {}, "spent": 1e3 * spent, "held": 1e3 * held}
        self.wire.feed._heard(self.wire.feed, answer, [])


@pytest.fixture
def slow_page(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(wire, monkeypatch)


def test_a_quick_page_is_sent_two_frames_at_once_and_needs_no_rest(wire: Wire, slow_page: Page) -> None:
    for _ in range(9):
        slow_page.draws(spent=0.01, late=0.02)
    assert not wire.feed.busy
    assert wire.feed.room_in() == 0.0
    wire.feed.push(frame())
    assert wire.feed.room_in() == 0.0


def test_a_page_that_is_long_over_its_frames_is_sent_one_at_a_time_and_rests(wire: Wire, slow_page: Page) -> None:
    for _ in range(9):
        slow_page.draws(spent=0.1)
    assert wire.feed.busy
    assert wire.feed.room_in() == pytest.approx(0.05)
    slow_page.now += 0.06
    assert wire.feed.room_in() == 0.0
    wire.feed.push(frame())
    assert wire.feed.room_in() > 0


def test_a_page_that_answers_late_is_sent_one_at_a_time(wire: Wire, slow_page: Page) -> None:
    for _ in range(9):
        slow_page.draws(spent=0.005, late=0.3)
    assert wire.feed.busy


def test_an_answer_that_was_held_back_is_not_late(wire: Wire, slow_page: Page) -> None:
    for _ in range(9):
        slow_page.draws(spent=0.005, held=0.3)
    assert not wire.feed.busy


def test_a_page_is_told_where_the_next_frame_waits_for_its_answer(wire: Wire, slow_page: Page) -> None:
    slow_page.draws(spent=0.01)
    slow_page.draws(spent=0.3)
    wire.feed.push(frame())
    assert ["alone" in content for content, _ in wire.sent] == [False, False, True]


def test_a_feed_that_gives_up_early_is_answered_at_once() -> None:
    wire = Wire(Feed(lost_after=0.2))
    wire.feed.push(frame())
    assert wire.sent[0][0]["alone"] is True


def test_a_page_that_is_quick_again_is_sent_two(wire: Wire, slow_page: Page) -> None:
    slow_page.draws(spent=0.3)
    assert wire.feed.busy
    for _ in range(9):
        slow_page.draws(spent=0.01)
    assert not wire.feed.busy
