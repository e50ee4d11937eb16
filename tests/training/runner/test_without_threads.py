"""On an event loop and without a thread a runner does what it does with one, and everything else goes on beside it."""

import asyncio
import itertools
import signal
import threading
import time

import pytest

import rnnviz as rv
from rnnviz.training import Runner, Session
from rnnviz.training.process.background import TURNS, Alarm, HomeLoop
from tests.training.examples import WAIT, Echo, raising

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(params=["asked for", "no thread can be started"])
def threadless(request, monkeypatch):
    if request.param == "asked for":
        monkeypatch.setenv("RNNVIZ_RUNNER", "asyncio")
    else:
        monkeypatch.setattr(threading.Thread, "start", raising(RuntimeError("can't start new thread")))
    return monkeypatch


def made(steps=200, **settings):
    return rv.Lab("adding", **{"hidden_size": 4, "seq_len": 8, "device": "cpu", "steps": steps, **settings})


async def until(condition):
    """Let the loop turn until something is so."""
    async with asyncio.timeout(WAIT):
        while not condition():
            await asyncio.sleep(0.001)


def curve(lab):
    return [float(loss) for loss in lab.history["loss"]]


def test_a_curve_played_on_the_loop_is_that_of_train_and_of_a_thread(threadless):
    async def played():
        lab = made()
        lab.play()
        await until(lambda: lab.state.phase == "paused")
        return curve(lab)

    on_loop = asyncio.run(played())
    threadless.undo()
    in_place, in_thread = made(), made()
    in_place.train(200)
    in_thread.play()
    assert in_thread._runner.join(WAIT)
    assert on_loop == curve(in_place) == curve(in_thread)
    assert len(on_loop) == 200


def test_no_thread_is_started_for_it(threadless):
    async def played():
        lab = made(100)
        assert lab.widget is not None
        before = threading.active_count()
        lab.play()
        await until(lambda: lab.state.step > 20)
        assert threading.active_count() == before
        lab.close()

    asyncio.run(played())


def test_other_work_on_the_loop_has_its_turn_while_a_lab_plays(threadless):
    async def played():
        lab = made(10**6)
        lab.play()
        seen = []
        while len(seen) < 20:
            await asyncio.sleep(0)
            if not seen or lab.state.step != seen[-1]:
                seen.append(lab.history["loss"].size)
                lab.set(lr=0.001 * len(seen))
        lab.pause()
        assert lab.state.phase == "paused"
        return lab

    lab = asyncio.run(played())
    assert lab.settings.lr == pytest.approx(0.02)


def test_a_slice_of_training_is_short_beside_its_steps(threadless):
    """Steps are taken many at a time, or the loop's turns would cost more than they."""

    async def played():
        runner = Runner(Session(Echo(), hidden_size=4, device="cpu"), on_frame=lambda frame: None, goal=10**6)
        runner.watched = False
        runner.play()
        await until(lambda: runner.state.phase == "playing" and runner.session.step > 0)
        steps = []
        for _ in range(200):
            steps.append(runner.session.step)
            await asyncio.sleep(0)
        runner.stop()
        assert runner.join(WAIT)
        return [later - sooner for sooner, later in itertools.pairwise(steps) if later > sooner]

    slices = asyncio.run(played())
    # several slices, so that others have turns between them; several steps in each; most turns without a slice
    assert 2 < len(slices) < 60
    assert max(slices) > 2


@pytest.mark.parametrize("verb", ["pause", "reset", "step", "set", "train", "close", "snapshot"])
def test_a_verb_of_a_cell_is_done_when_it_returns_while_a_lab_plays(threadless, verb):
    async def played():
        lab = made(10**6)
        lab.play()
        await until(lambda: lab.state.step > 5)
        before = lab.state.step
        if verb == "step":
            lab.step(7)
            assert before + 7 <= lab.state.step
            assert lab.state.phase == "paused"
        elif verb == "train":
            lab.train(5)
            assert before + 5 <= lab.state.step
            assert lab.state.phase == "paused"
        elif verb == "set":
            lab.set(hidden_size=6)
            await until(lambda: lab.snapshot().layer.hidden.shape[-1] == 6)
            lab.pause()
        elif verb == "reset":
            lab.reset()
            assert lab.state.step == 0
        elif verb == "snapshot":
            assert lab.snapshot().step >= before
            assert lab.state.phase == "playing"
            lab.pause()
        else:
            getattr(lab, verb)()
            assert lab.state.phase == {"pause": "paused", "close": "stopped"}[verb]
        assert len(curve(lab)) == lab.state.step

    asyncio.run(played())


def test_a_comparison_plays_on_the_loop_as_in_place(threadless):
    def compared():
        return rv.compare(["rnn", "gru"], "adding", hidden_size=4, seq_len=8, device="cpu", steps=30)

    def curves(comparison):
        return {label: list(history["loss"]) for label, history in comparison.history.items()}

    async def played():
        comparison = compared()
        comparison.play()
        await until(lambda: comparison.state.phase == "paused")
        return curves(comparison)

    on_loop = asyncio.run(played())
    in_place = compared()
    in_place.train(30)
    assert on_loop == curves(in_place)


def test_the_loop_ends_before_the_run_and_the_next_verb_goes_on_from_there(threadless):
    async def begun():
        lab = made(10**6)
        lab.play()
        await until(lambda: lab.state.step > 5)
        return lab

    lab = asyncio.run(begun())
    at = lab.state.step
    lab.pause()
    assert lab.state.step >= at
    lab.train(3)
    assert len(curve(lab)) == lab.state.step
    lab.close()


def test_a_thread_of_somebody_elses_may_play_and_wait(monkeypatch):
    monkeypatch.setenv("RNNVIZ_RUNNER", "asyncio")

    async def played():
        lab = made(10**6)
        await asyncio.to_thread(lab.play)
        await until(lambda: lab.state.step > 3)
        await asyncio.to_thread(lab.pause)
        at = lab.state.step
        await asyncio.to_thread(lab.step, 4)
        return lab.state.step - at

    assert asyncio.run(played()) == 4


def test_an_error_of_the_training_is_told_and_raised_at_the_next_blocking_call(threadless):
    async def played():
        runner = Runner(
            Session(Echo(at=3, then=raising(ZeroDivisionError("batch"))), hidden_size=4, device="cpu"),
            on_frame=lambda frame: None,
        )
        runner.play()
        await until(lambda: runner.state.phase == "failed")
        with pytest.raises(ZeroDivisionError, match="batch"):
            runner.step()
        runner.reset(wait=True)
        runner.step(2)
        assert runner.state.step == 2

    asyncio.run(played())


def test_an_interrupt_of_a_waiting_cell_pauses_between_two_steps(threadless):
    async def played():
        runner = Runner(
            Session(Echo(at=9, then=lambda: signal.raise_signal(signal.SIGINT)), hidden_size=4, device="cpu"),
            on_frame=lambda frame: None,
        )
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt):
                runner.step(1000)
        finally:
            signal.signal(signal.SIGINT, before)
        assert runner.state.phase == "paused"
        assert runner.state.step == len(runner.session.history["loss"])
        runner.step(2)

    asyncio.run(played())


def test_an_interrupt_that_no_cell_waits_for_pauses_and_leaves_the_loop_alone(threadless):
    async def played():
        runner = Runner(
            Session(Echo(at=9, then=lambda: signal.raise_signal(signal.SIGINT)), hidden_size=4, device="cpu"),
            on_frame=lambda frame: None,
            goal=10**6,
        )
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            runner.play()
            await until(lambda: runner.state.phase == "paused")
        finally:
            signal.signal(signal.SIGINT, before)
        at = runner.state.step
        runner.step(2)
        assert runner.state.step == at + 2

    asyncio.run(played())


def test_without_a_loop_play_says_in_one_sentence_what_to_do(monkeypatch):
    monkeypatch.setenv("RNNVIZ_RUNNER", "asyncio")
    lab = made()
    with pytest.raises(RuntimeError, match=r"no event loop to train on in the background .* use train\(steps\)"):
        lab.play()
    assert lab.state.phase == "ready"
    lab.step(2)
    lab.set(lr=0.01)
    lab.train(2)
    assert lab.state.step == 4
    lab.close()


@pytest.mark.parametrize("asked", ["threads", "ASYNCIO", "1"])
def test_another_choice_is_refused_in_one_sentence(monkeypatch, asked):
    monkeypatch.setenv("RNNVIZ_RUNNER", asked)
    with pytest.raises(ValueError, match=rf"RNNVIZ_RUNNER must be 'thread' or 'asyncio', got '{asked}'; unset it"):
        made()


def test_in_a_browsers_python_it_is_the_loop_without_being_asked(monkeypatch):
    monkeypatch.setattr("sys.platform", "emscripten")
    started = []
    monkeypatch.setattr(threading.Thread, "start", started.append)

    async def played():
        runner = Runner(Session(Echo(), hidden_size=4, device="cpu"), on_frame=lambda frame: None)
        runner.play()
        await until(lambda: runner.state.phase == "paused")
        assert runner.state.step == 40

    asyncio.run(played())
    assert not started


def test_steps_at_a_time_are_those_that_time_allows(threadless):
    """A step that takes longer than a slice is a slice: the loop turns after each."""

    async def played():
        slow = Echo()
        batch = slow.batch

        def slowly(*arguments):
            until = time.monotonic() + 0.03
            while time.monotonic() < until:
                pass
            return batch(*arguments)

        slow.batch = slowly
        runner = Runner(Session(slow, hidden_size=4, device="cpu"), on_frame=lambda frame: None)
        runner.watched = False
        runner.play()
        seen = set()
        while runner.session.step < 6:
            seen.add(runner.session.step)
            await asyncio.sleep(0)
        runner.stop()
        assert runner.join(WAIT)
        return seen

    assert len(asyncio.run(played())) >= 5


def test_an_alarm_rings_on_the_loop_once_and_not_after_it_was_cancelled(threadless):
    async def waited():
        rung, home = [], HomeLoop()
        first, second = (Alarm(home, 0.01, rung.append, "rnnviz-test") for _ in range(2))
        assert first.start()
        assert second.start()
        second.cancel()
        await until(lambda: rung)
        await asyncio.sleep(0.02)
        return rung == [first]

    assert asyncio.run(waited())


@pytest.mark.parametrize("given_up", [False, True])
def test_what_an_alarm_does_in_pieces_leaves_the_loop_turns_between_them_until_it_is_cancelled(threadless, given_up):
    async def waited():
        turn, seen = 0, []

        def work(_alarm):
            for _ in range(4):
                seen.append(turn)
                yield

        alarm = Alarm(HomeLoop(), 0.0, work, "rnnviz-test")
        assert alarm.start()
        while len(seen) < 4 and turn < 1000:
            turn += 1
            await asyncio.sleep(0)
            if given_up and len(seen) == 2:
                alarm.cancel()
        return seen

    seen = asyncio.run(waited())
    assert len(seen) == (2 if given_up else 4)
    assert all(later - sooner >= TURNS for sooner, later in itertools.pairwise(seen))


def test_in_a_thread_an_alarm_does_its_pieces_at_once(monkeypatch):
    monkeypatch.delenv("RNNVIZ_RUNNER", raising=False)
    seen = []

    def work(_alarm):
        for number in range(3):
            seen.append(number)
            yield

    alarm = Alarm(HomeLoop(), 0.0, work, "rnnviz-test")
    assert alarm.start()
    alarm.thread.join(WAIT)
    assert seen == [0, 1, 2]


def test_an_alarm_without_thread_and_loop_says_that_it_will_not_ring(threadless):
    assert not Alarm(HomeLoop(), 0.0, print, "rnnviz-test").start()
