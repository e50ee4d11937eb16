"""Loops over timesteps are recorded by form, replayed on fixed memory, and run as they are wherever that fails."""

import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.trace import trace
from rnnviz.trace.scan import graphs, recording, scans
from rnnviz.trace.scan.graphs import Graphs
from rnnviz.trace.scan.recording import CudaRecording
from tests.losses import output_and_states
from tests.trace.recorded import FakeRecording, Made, recording_on_the_cpu

ROOMY = 2**30


def doubled(given, times=2):
    """A loop that works in place on the first, and makes something new of both."""
    first, second = given
    first.mul_(times)
    return first, None if second is None else first + second, None


def other_loop(given, times=2):
    return doubled(given, times)


def expected(given, times=2):
    first, second = given
    return first * times, first * times + second


def pair(seed=0, *shape):
    torch.manual_seed(seed)
    return torch.randn(shape or (4, 3)), torch.randn(shape or (4, 3))


def graphs_with(record, room=ROOMY, may=True):
    return Graphs(record, lambda device: may, lambda device: room)


@pytest.fixture(autouse=True)
def no_grad():
    with torch.no_grad():
        yield


def test_the_first_call_runs_the_second_records_and_the_third_replays():
    made = Made()
    cache, events = graphs_with(made), []
    for seed in range(3):
        given = pair(seed)
        truth = expected(given)
        first, second, none = cache.run(doubled, given)
        assert torch.equal(first, truth[0])
        assert torch.equal(second, truth[1])
        assert none is None
        events.append((len(made), sum(one.replays for one in made)))
    assert events == [(0, 0), (1, 1), (1, 2)]


def test_results_are_the_callers_own_and_what_is_given_stays_as_it_was():
    cache = graphs_with(Made())
    cache.run(doubled, pair())
    given, found = pair(1), []
    before = [one.clone() for one in given]
    for _ in range(2):
        found.append(cache.run(doubled, given))
    assert all(map(torch.equal, given, before))
    found[0][0].zero_()
    found[0][1].zero_()
    assert torch.equal(found[1][0], expected(before)[0])
    assert torch.equal(cache.run(doubled, given)[1], expected(before)[1])


@pytest.mark.parametrize(
    ("loop", "given", "times"),
    [
        (doubled, pair(0, 4, 5), 2),
        (doubled, pair(0, 12), 2),
        (doubled, tuple(one.double() for one in pair()), 2),
        (doubled, (torch.randn(3, 4).T, pair()[1]), 2),
        (doubled, (torch.randn(4, 6)[:, ::2], pair()[1]), 2),
        (doubled, (pair()[0], None), 2),
        (doubled, pair(), 3),
        (other_loop, pair(), 2),
    ],
    ids=["shape", "axes", "dtype", "transposed", "every second", "missing", "constant", "loop"],
)
def test_a_recording_serves_nothing_of_another_form(loop, given, times):
    made = Made()
    cache = graphs_with(made)
    for _ in range(3):
        cache.run(doubled, pair(), 2)
    assert made[0].replays == 2
    for _ in range(3):
        truth = given[0] * times
        assert torch.equal(cache.run(loop, given, times)[0], truth)
    assert (len(made), made[0].replays) == (2, 2)


@pytest.mark.parametrize("when", ["recorded", "replayed"])
def test_a_loop_that_cannot_be_recorded_runs_as_it_is_and_is_not_tried_again(when, caplog):
    tried = []

    class Broken(FakeRecording):
        def __init__(self, function, device):
            tried.append(when)
            super().__init__(function, device)
            if when == "recorded":
                raise RuntimeError("operation not permitted when stream is capturing")

        def replay(self):
            self.results[0].zero_()
            raise RuntimeError("operation not permitted when stream is capturing")

    cache = graphs_with(Broken)
    caplog.set_level(logging.DEBUG, "rnnviz")
    for seed in range(4):
        truth = expected(pair(seed))
        assert all(map(torch.equal, cache.run(doubled, pair(seed)), truth))
    assert tried == [when]
    assert len(cache) == 0
    (told,) = [one.getMessage() for one in caplog.records if one.name == "rnnviz"]
    assert told.startswith("doubled runs without a CUDA graph: RuntimeError: operation not permitted")


def test_after_three_failures_nothing_is_recorded_any_more():
    tried = []

    def broken(function, device):
        tried.append(1)
        raise RuntimeError("no")

    cache = graphs_with(broken)
    for columns in range(1, 9):
        for _ in range(3):
            cache.run(doubled, pair(0, 4, columns))
    assert len(tried) == 3


def test_where_memory_runs_out_all_recordings_give_theirs_back():
    made = Made()

    def full(function, device):
        if made:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return made(function, device)

    cache = graphs_with(full)
    for columns in (1, 2):
        for _ in range(2):
            found = cache.run(doubled, pair(0, 4, columns))
    assert torch.equal(found[0], expected(pair(0, 4, 2))[0])
    assert (len(cache), made[0].dropped) == (0, True)


def test_a_device_that_cannot_say_whether_it_is_being_recorded_is_left_alone():
    def lost(device):
        raise RuntimeError("no such device")

    made = Made()
    cache = Graphs(made, lost, lambda device: ROOMY)
    for _ in range(3):
        assert torch.equal(cache.run(doubled, pair())[1], expected(pair())[1])
    assert made == []


@pytest.mark.parametrize("limit", ["number", "bytes"])
def test_where_another_one_does_not_fit_all_are_dropped_and_have_to_come_twice_as_often(limit, monkeypatch):
    made = Made()
    monkeypatch.setattr(graphs, "_GRAPHS", 2 if limit == "number" else 99)
    cache = graphs_with(made, ROOMY if limit == "number" else 2 * graphs._HELD * 2 * 4 * 3 * 4 + 100)
    shapes = [(4, 3), (3, 4), (12,)]
    for shape in (*shapes[:2], *shapes[:2], shapes[0], shapes[2], shapes[2]):
        cache.run(doubled, pair(0, *shape))
    assert [one.dropped for one in made] == [True, True, False]
    assert len(cache) == 1
    for wanted in range(1, 5):
        cache.run(doubled, pair(0, *shapes[1]))
        assert len(made) == (4 if wanted == 4 else 3)


def test_what_needs_more_than_the_room_there_is_runs_as_it_is(caplog):
    made = Made()
    cache = graphs_with(made, room=100)
    caplog.set_level(logging.DEBUG, "rnnviz")
    for _ in range(4):
        assert torch.equal(cache.run(doubled, pair())[1], expected(pair())[1])
    assert made == []
    assert [one.getMessage() for one in caplog.records] == [
        "doubled runs without a CUDA graph, which would hold 1536 bytes"
    ]


def test_forms_that_never_come_again_are_forgotten(monkeypatch):
    monkeypatch.setattr(graphs, "_FORMS", 5)
    made = Made()
    cache = graphs_with(made)
    for _ in range(2):
        cache.run(doubled, pair(0, 1, 1))
    for columns in range(2, 20):
        cache.run(doubled, pair(0, 4, columns))
    assert len(cache._forms) <= 5
    assert (len(cache), made[0].dropped) == (0, True)


def test_memory_is_given_back_when_asked_for():
    made = Made()
    cache = graphs_with(made)
    for _ in range(2):
        cache.run(doubled, pair())
    assert len(cache) == 1
    cache.clear()
    assert (len(cache), made[0].dropped) == (0, True)
    for _ in range(3):
        assert torch.equal(cache.run(doubled, pair())[0], expected(pair())[0])
    assert len(cache) == 1


def test_threads_take_turns_with_the_memory_of_a_recording():
    cache = graphs_with(Made())

    def calls(seed):
        with torch.no_grad():
            return all(
                all(map(torch.equal, cache.run(doubled, pair_of(seed, n)), expected(pair_of(seed, n))))
                for n in range(40)
            )

    def pair_of(seed, n):
        return torch.full((64, 64), float(seed)), torch.full((64, 64), float(n))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(calls, range(8)))


def test_nothing_is_recorded_where_autograd_watches_or_the_device_is_being_recorded():
    made = Made()
    for _ in range(3):
        with torch.enable_grad():
            graphs_with(made).run(doubled, pair())
        graphs_with(made, may=False).run(doubled, pair())
    cache, busy = graphs_with(made), graphs_with(made, may=False)
    for _ in range(3):
        with torch.enable_grad():
            cache.run(doubled, pair())
        busy.run(doubled, pair())
    assert made == []


def test_a_recording_made_under_inference_mode_serves_outside_of_it():
    cache = graphs_with(Made())
    with torch.inference_mode():
        for _ in range(2):
            cache.run(doubled, pair())
    assert torch.equal(cache.run(doubled, pair(3))[1], expected(pair(3))[1])
    with torch.inference_mode():
        assert torch.equal(cache.run(doubled, pair(4))[1], expected(pair(4))[1])


class Sequence(SimpleNamespace):
    def __len__(self):
        return self.steps


@pytest.mark.parametrize(
    ("is_cuda", "steps", "switch", "wanted"),
    [
        (True, 16, None, True),
        (True, 16, "1", True),
        (True, 16, "0", False),
        (True, 15, None, False),
        (False, 99, None, False),
    ],
)
def test_long_loops_on_a_gpu_are_worth_a_graph_unless_it_is_switched_off(is_cuda, steps, switch, wanted, monkeypatch):
    monkeypatch.delenv("RNNVIZ_CUDA_GRAPHS", raising=False)
    if switch is not None:
        monkeypatch.setenv("RNNVIZ_CUDA_GRAPHS", switch)
    assert scans.by_graph(Sequence(is_cuda=is_cuda, steps=steps)) is wanted


OPTIONS = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu"}),
    ("LSTM", {"num_layers": 2, "bidirectional": True}),
    ("LSTM", {"proj_size": 2}),
    ("GRU", {"num_layers": 2, "bidirectional": True}),
]


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("calls_are_dear", [False, True], ids=["many calls", "few calls"])
@pytest.mark.parametrize("packed", [False, True], ids=["padded", "packed"])
@pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=lambda one: str(one))
def test_a_recorded_trace_is_the_unrecorded_one_bit_for_bit_each_time(
    kind, options, packed, calls_are_dear, monkeypatch
):
    monkeypatch.setattr(scans, "calls_are_dear", lambda example: calls_are_dear)
    torch.manual_seed(0)
    layer = getattr(nn, kind)(3, 4, batch_first=True, **options)
    batches = [torch.randn(3, 9, 3), torch.randn(2, 7, 3), torch.randn(3, 9, 3), torch.randn(2, 7, 3)]
    batches += [torch.randn(3, 9, 3), torch.randn(2, 7, 3)]
    if packed:
        batches = [
            pack_padded_sequence(one, [one.shape[1], *[4] * (len(one) - 1)], batch_first=True) for one in batches
        ]
    plain = [trace(layer, one, loss=output_and_states).layers[kind.lower()] for one in batches]
    with recording_on_the_cpu() as made:
        found = [trace(layer, one, loss=output_and_states).layers[kind.lower()] for one in batches]
    assert made
    assert all(one.replays >= 2 for one in made)
    for mine, other in zip(found, plain, strict=True):
        for name in ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(other, name), err_msg=name)
        for weight, norms in other.weight_grad_norms.items():
            for gate, norm in norms.items():
                np.testing.assert_array_equal(mine.weight_grad_norms[weight][gate], norm, err_msg=f"{weight} {gate}")


class FakeCuda:
    """What `CudaRecording` asks of ``torch.cuda``, noted."""

    def __init__(self, fails=None):
        self.log, self.fails, self.current, self.capturing = [], fails, "the owner's", False
        self.Event = lambda: SimpleNamespace(
            record=lambda: self.log.append(f"event on {self.current}"), synchronize=lambda: self.log.append("waited")
        )

    def note(self, what):
        self.log.append(what)
        if what == self.fails:
            raise RuntimeError(what)

    def Stream(self):  # noqa: N802
        waits = {"wait_event": lambda event: self.log.append("side awaits event")}
        return SimpleNamespace(
            name="side", wait_stream=lambda other: self.log.append(f"side waits for {other.name}"), **waits
        )

    def current_stream(self):
        waits = {"wait_stream": lambda other: self.log.append(f"owner waits for {other.name}")}
        return SimpleNamespace(name=self.current, wait_event=lambda event: self.log.append("event awaited"), **waits)

    def CUDAGraph(self):  # noqa: N802
        return SimpleNamespace(
            replay=lambda: self.note("replay"), reset=lambda: self.note("reset"), capture_end=lambda: self.ended()
        )

    def ended(self):
        self.capturing = False
        self.log.append("taken out of recording")

    def set_stream(self, stream):
        self.current = stream.name

    def is_current_stream_capturing(self):
        return self.capturing and self.current == "side"

    def device(self, device):
        return self.on(None)

    def stream(self, stream):
        return self.on(stream.name)

    def on(self, name):
        return _On(self, name)

    def graph(self, graph, *, stream, capture_error_mode):
        return _Graph(self, stream, capture_error_mode)


class _On:
    def __init__(self, cuda, name):
        self.cuda, self.name = cuda, name

    def __enter__(self):
        self.before, self.cuda.current = self.cuda.current, self.name or self.cuda.current

    def __exit__(self, *error):
        self.cuda.current = self.before


class _Graph:
    """As torch's: where ending fails, the side stream stays the current one."""

    def __init__(self, cuda, stream, mode):
        self.cuda, self.stream, self.mode = cuda, stream, mode

    def __enter__(self):
        self.before, self.cuda.current = self.cuda.current, self.stream.name
        self.cuda.capturing = True
        self.cuda.note(f"begin {self.mode}")

    def __exit__(self, *error):
        self.cuda.note("end")
        self.cuda.capturing = False
        self.cuda.current = self.before


def recorded_by(cuda, monkeypatch):
    monkeypatch.setattr(recording, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(recording, "_SIDES", {})
    return CudaRecording(lambda: (cuda.note(f"launched on {cuda.current}"),)[:0], "cuda:0")


def test_a_loop_is_warmed_up_and_recorded_on_a_stream_of_its_own(monkeypatch):
    cuda = FakeCuda()
    made = recorded_by(cuda, monkeypatch)
    with made.used():
        made.replay()
    made.drop()
    assert cuda.log == [
        *("side waits for the owner's", "side awaits event", "launched on side", "launched on side"),
        "owner waits for side",
        *("begin thread_local", "launched on side", "end", "event on the owner's"),
        *("event awaited", "replay", "event on the owner's", "waited", "reset"),
    ]
    assert cuda.current == "the owner's"


@pytest.mark.parametrize("fails", ["launched on side", "begin thread_local", "end"])
def test_a_failed_recording_leaves_no_stream_recording_and_the_owners_the_current_one(fails, monkeypatch):
    cuda = FakeCuda(fails)
    with pytest.raises(RuntimeError, match=fails):
        recorded_by(cuda, monkeypatch)
    assert (cuda.current, cuda.capturing) == ("the owner's", False)


class Wrong(FakeRecording):
    """Replays another result than the loop's."""

    def replay(self) -> None:
        super().replay()
        self.results[0].add_(1.0)


def test_a_recording_whose_first_replay_differs_from_the_loop_is_never_used(caplog):
    cache = graphs_with(Wrong)
    with caplog.at_level(logging.DEBUG, logger="rnnviz"):
        for seed in range(4):
            given = pair(seed)
            truth = expected(given)
            found = cache.run(doubled, given)
            assert all(map(torch.equal, found, truth))
    assert len(cache) == 0
    assert [one.message for one in caplog.records] == [
        "doubled runs without a CUDA graph: ArithmeticError: its first replay differs from the loop itself"
    ]
