"""Each number in a sentence of the insights is one worked out from states, gradients and history, as far as written."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch

from rnnviz.insights import Insight, change, flow, rate, score, units
from rnnviz.insights.between import apart, even, leading
from rnnviz.training import ComparisonSnapshot, History, Session, Snapshot
from tests.insights.comparisons import of_cells, scored
from tests.insights.runs import Memorise, look, norms, runaway
from tests.insights.written import TEMPLATES, disagreements, filled
from tests.training.examples import Echo, take

ON_THE_LINE = {"insight.step"}  # which `InsightsLine` adds; the browser tests read it

Told = tuple[Insight | None, Mapping[str, Any]]
CASES: dict[str, Callable[[], Told]] = {}


def sentence(*keys: str) -> Callable[[Callable[[], Told]], Callable[[], Told]]:
    """Note that a case is about these sentences, its words and maybe its advice."""

    def noted(case: Callable[[], Told]) -> Callable[[], Told]:
        CASES.update(dict.fromkeys(keys, case))
        return case

    return noted


def history(snapshot: Snapshot, name: str) -> np.ndarray:
    return snapshot.history[name]


def changed(snapshot: Snapshot, **columns: Any) -> Snapshot:
    """The same moment after another course."""
    return replace(snapshot, history=MappingProxyType({**snapshot.history, **columns}))


def gate_share(snapshot: Snapshot, name: str, low: bool, high: bool) -> float:
    values = np.abs(snapshot.layer.gates[name])
    return float(((low & (values < 0.1)) | (high & (values > 0.9))).mean())


def held_out(session: Session) -> tuple[float, float]:
    """The mean squared error of a model on the held-out sums, and of always saying 1."""
    batch = session.task.held_out()
    with torch.no_grad():
        answers = session.model(batch.inputs)
    return float(((answers - batch.targets) ** 2).mean()), float(((1 - batch.targets) ** 2).mean())


def after(bias: float) -> Told:
    session = Session("temporal-order", seq_len=30, device="cpu")
    take(session, 5)
    curves = [norms(session.snapshot())]
    session.settings = session.settings.replace(forget_bias=bias)
    take(session, 1)
    snapshot = session.snapshot()
    was, now = (float(curve[0] / curve[-1]) for curve in (*curves, norms(snapshot)))
    return change.changed(snapshot), {"change": f"forget bias {bias:g}", "far": 0, "near": 29, "was": was, "now": now}


@sentence("insight.changed.more")
def more_arrives() -> Told:
    return after(4.0)


@sentence("insight.changed.less")
def less_arrives() -> Told:
    return after(-3.0)


@sentence("insight.vanishing")
def _() -> Told:
    snapshot = look(cell="rnn", seq_len=100)
    curve = norms(snapshot)
    limit = int(np.flatnonzero(curve >= curve.max() / 1000)[0])
    return flow.vanishing(snapshot), {"far": 0, "near": 99, "ratio": curve[0] / curve[-1], "limit": limit}


@sentence("insight.vanishing.advice.gates")
def _() -> Told:
    return flow.vanishing(look(seq_len=200, forget_bias=1.0)), {"value": 3}


@sentence("insight.vanishing.where")
def _() -> Told:
    snapshot = look(cell="rnn", seq_len=60, bidirectional=True, seed=1)
    total = np.linalg.norm(snapshot.layer.grad_hidden[0].astype(np.float64), axis=(1, 3))  # axes (direction, time)
    ways = {"forward": total[0][::-1], "backward": total[1]}
    worst = min(ways, key=lambda way: ways[way][-1] / ways[way][0])
    curve, times = ways[worst], np.arange(60)[::-1] if worst == "forward" else np.arange(60)
    limit = int(times[np.flatnonzero(curve >= curve.max() / 1000)[-1]])
    ends = {"far": int(times[-1]), "near": int(times[0])}
    return flow.vanishing(snapshot), ends | {"layer": 0, "ratio": curve[-1] / curve[0], "limit": limit}


@sentence("insight.exploding")
def _() -> Told:
    snapshot = look(cell="rnn", nonlinearity="relu", init="identity", rho=1.6)
    curve = norms(snapshot)
    return flow.exploding(snapshot), {"far": 0, "near": len(curve) - 1, "ratio": curve[0] / curve[-1]}


@sentence("insight.exploding.where")
def _() -> Told:
    snapshot = look(cell="rnn", nonlinearity="relu", init="identity", rho=1.6, bidirectional=True)
    total = np.linalg.norm(snapshot.layer.grad_hidden[0].astype(np.float64), axis=(1, 3))
    ratios, last = (total[0][0] / total[0][-1], total[1][-1] / total[1][0]), total.shape[1] - 1
    way = int(np.argmax(ratios))
    return flow.exploding(snapshot), {
        "layer": 0,
        "far": (0, last)[way],
        "near": (last, 0)[way],
        "ratio": float(ratios[way]),
    }


@sentence("insight.rising")
def _() -> Told:
    snapshot = runaway(22)
    curve = history(snapshot, "grad_norm")
    return flow.rising(snapshot), {"first": np.median(curve[:10]), "last": np.median(curve[-10:]), "steps": 22}


@sentence("insight.clipping", "insight.clipping.advice")
def _() -> Told:
    snapshot = look(60, clip=0.01)
    last = history(snapshot, "grad_norm")[-50:]
    told = {"count": int((last > 0.01).sum()), "rows": 50, "clip": 0.01, "norm": float(np.median(last))}
    return rate.clipping(snapshot), told


def long_run(clip: float) -> History:
    """The curves of 3,000 steps whose gradients have a norm of 0.5, and at each tenth step of nearly nothing."""
    curves = History([], "cpu")
    for step in range(3000):
        curves.append(torch.tensor([1.0, 1.0, 0.01 if step % 100 == 0 else 0.5]), lr=1e-3, clip=clip)
    return curves


@sentence("insight.clipping.noted")
def _() -> Told:
    curves = long_run(0.02).columns()
    snapshot = replace(changed(look(clip=0.02), **curves), step=3000)
    seen = range(int(curves["step"][-50]), 3001, 2)  # every second step is kept, and the last one
    count = sum((step - 1) % 100 != 0 for step in [*seen[:49], 3000])
    return rate.clipping(snapshot), {"count": count, "rows": 50, "since": seen[0], "clip": 0.02, "norm": 0.5}


@sentence("insight.dead.zero")
def _() -> Told:
    snapshot = look(30, cell="rnn", nonlinearity="relu", hidden_size=32, batch_size=32, lr=5e-3)
    states = snapshot.layer.hidden[0, 0]
    return units.dead(snapshot), {"count": sum(not states[:, :, unit].any() for unit in range(32)), "units": 32}


@sentence("insight.dead.constant")
def _() -> Told:
    snapshot = look(40, lr=1.0, hidden_size=32, batch_size=32)
    spread = snapshot.layer.hidden[0, 0].std(axis=(0, 1))
    return units.dead(snapshot), {"count": int((spread < 1e-3).sum()), "units": 32}


@sentence("insight.saturated.states")
def _() -> Told:
    snapshot = look(cell="rnn", rho=8.0, hidden_size=32)
    return units.saturated(snapshot), {"share": float((np.abs(snapshot.layer.hidden) > 0.95).mean()), "end": 0.95}


@sentence("insight.saturated.keeping")
def _() -> Told:
    snapshot = look(forget_bias=-2.3, hidden_size=32, seed=2)
    return units.saturated(snapshot), {"share": gate_share(snapshot, "f", True, False)}


def two_thirds_full(snapshot: Snapshot, name: str) -> Snapshot:
    """The same moment with a gate that is at the end of its range at two of three timesteps."""
    gates = snapshot.layer.gates
    at = np.where(np.arange(gates[name].shape[3]) % 3 < 2, 0.95, 0.5)[:, None]
    wide = np.broadcast_to(at, gates[name].shape).astype(np.float32)
    return replace(snapshot, layer=replace(snapshot.layer, gates=MappingProxyType({**gates, name: wide})))


def nearly_full(snapshot: Snapshot, name: str) -> Snapshot:
    """The same moment with a gate that is at the end of its range but for one number."""
    gates = snapshot.layer.gates
    wide = np.full_like(gates[name], 0.95)
    wide.flat[0] = 0.5
    return replace(snapshot, layer=replace(snapshot.layer, gates=MappingProxyType({**gates, name: wide})))


@sentence("insight.saturated.gate")
def _() -> Told:
    snapshot = two_thirds_full(look(cell="gru"), "r")
    return units.saturated(snapshot), {"share": gate_share(snapshot, "r", True, True)}


@sentence("insight.saturated.candidate")
def _() -> Told:
    snapshot = nearly_full(look(cell="gru"), "n")
    assert 0.995 < gate_share(snapshot, "n", False, True) < 1  # which is not 100 %
    return units.saturated(snapshot), {"share": gate_share(snapshot, "n", False, True)}


@sentence("insight.too_high.above", "insight.too_high.advice")
def _() -> Told:
    snapshot = look(40, task="temporal-order", cell="gru", lr=1.0, hidden_size=32, batch_size=32)
    losses = history(snapshot, "loss")
    told = {"now": float(np.median(losses[-20:])), "first": float(losses[0]), "lr": 1, "value": 0.1}
    return rate.too_high(snapshot), told


@sentence("insight.too_high.stuck")
def _() -> Told:
    snapshot = look(120, cell="gru", lr=1.0, hidden_size=32, batch_size=32)
    losses = np.linspace(0.5, 0.41, 120)
    told = {"steps": 120, "now": float(np.median(losses[-20:])), "first": 0.5, "lr": 1}
    return rate.too_high(changed(snapshot, loss=losses)), told


@sentence("insight.too_high.leap")
def _() -> Told:
    session = Session("adding", device="cpu", hidden_size=8, batch_size=16, cell="gru", lr=2e-2, seq_len=12)
    take(session, 300)
    session.settings = session.settings.replace(lr=1.0)
    losses = take(session, 12)
    ratio = [losses[place] / np.median(losses[place - 10 : place]) for place in range(262, 312)]
    place = 262 + int(np.argmax(ratio))
    told = {"before": float(np.median(losses[place - 10 : place])), "after": float(losses[place])}
    return rate.too_high(session.snapshot()), told | {"step": place + 1, "lr": 1}


@sentence("insight.too_low", "insight.too_low.advice")
def _() -> Told:
    snapshot = look(110, lr=1e-5)
    losses = history(snapshot, "loss")
    told = {"first": float(losses[:27].mean()), "now": float(losses[-27:].mean()), "steps": 110}
    return rate.too_low(snapshot), told | {"lr": 1e-5, "value": 1e-3}


@sentence("insight.overfitting")
def _() -> Told:
    session = Session(Memorise(12), device="cpu", lr=2e-2, hidden_size=16, batch_size=16)
    take(session, 400)
    session.snapshot()
    batch = session.task.held_out()
    with torch.no_grad():
        error = float(((session.model(batch.inputs) - batch.targets) ** 2).mean())
    snapshot = replace(session.snapshot(), scores=MappingProxyType({"step": np.empty(0), "metric": np.empty(0)}))
    return score.overfitting(snapshot), {"trained": float(session.history["metric"][-50:].mean()), "held_out": error}


@sentence("insight.overfitting.turned")
def _() -> Told:
    metric = np.linspace(1.0, 0.05, 400)
    snapshot = changed(look(400, task=Memorise(12)), metric=metric)
    scores = {"step": np.array([0.0, 100.0, 200.0, 300.0, 400.0]), "metric": np.array([1.2, 0.9, 1.0, 1.1, 1.3])}
    told = {"step": 100, "best": 0.9, "held_out": 1.3}
    told |= {"before": float(metric[50:100].mean()), "trained": float(metric[-50:].mean())}
    return score.overfitting(replace(snapshot, scores=MappingProxyType(scores))), told


def _beside(steps: int, **changes: Any) -> Told:
    session = Session(**{"task": "adding", "device": "cpu", "hidden_size": 8, "batch_size": 16} | changes)
    take(session, steps)
    found = score.beside_baseline(session.snapshot())
    return found, dict(zip(("score", "best"), held_out(session), strict=True))


@sentence("insight.beats")
def _() -> Told:
    return _beside(300, cell="gru", lr=1e-2, seq_len=12, hidden_size=16)


@sentence("insight.level")
def _() -> Told:
    return _beside(200, cell="rnn", lr=5e-3, seq_len=100, batch_size=64)


@sentence("insight.worse")
def _() -> Told:
    return _beside(110, lr=1e-6)


@sentence("insight.healthy")
def _() -> Told:
    snapshot = look(120, task=Echo(), lr=1e-2)
    losses = history(snapshot, "loss")
    return score.healthy(snapshot), {"first": losses[:30].mean(), "now": losses[-30:].mean(), "steps": 120}


_LEARNED: list[ComparisonSnapshot] = []


def learned() -> ComparisonSnapshot:
    if not _LEARNED:
        _LEARNED.append(of_cells(300, "rnn", "gru"))
    return _LEARNED[0]


def _apart(**scores: float) -> Told:
    lockstep = scored(learned(), **scores)
    ratio = {label: norms(one)[0] / norms(one)[-1] for label, one in lockstep.models.items()}
    told = {"ratio": ratio["rnn"], "other": ratio["gru"], "orders": math.log10(ratio["gru"] / ratio["rnn"])}
    return apart(lockstep), told | {"score": scores["rnn"], "other_score": scores["gru"]}


@sentence("insight.apart.shown")
def _() -> Told:
    return _apart(rnn=0.2345, gru=0.1)


@sentence("insight.apart.despite")
def _() -> Told:
    return _apart(rnn=0.1, gru=0.2345)


@sentence("insight.apart.early")
def _() -> Told:
    return _apart(rnn=0.1234, gru=0.1233)


@sentence("insight.apart.least")
def _() -> Told:
    lockstep = learned()
    horizon = lockstep.models["rnn"].horizon
    gone = horizon.norms.copy()
    gone[..., 0] = 0.0
    models = dict(lockstep.models) | {"rnn": replace(lockstep.models["rnn"], horizon=replace(horizon, norms=gone))}
    found = apart(ComparisonSnapshot.of(models, lockstep.shares, lockstep.paces, run=0, step=300))
    near, gru = norms(lockstep.models["rnn"])[-1], norms(lockstep.models["gru"])
    least = re.search(r"at least \d+", found.words)
    smallest = float(np.finfo(np.float32).tiny)
    return replace(found, words=least[0]), {"orders": math.log10(gru[0] / gru[-1] * near / smallest)}


@sentence("insight.even")
def _() -> Told:
    told = {"steps": 200, "score": 0.12346, "other_score": 0.12355}
    return even(scored(learned(), rnn=0.12346, gru=0.12355)), told


@sentence("insight.leading")
def _() -> Told:
    lockstep = scored(learned(), rnn=0.3456, gru=0.1234)
    unmeasured = ComparisonSnapshot.of(
        lockstep.models, lockstep.shares, dict.fromkeys(lockstep.models, math.nan), run=0, step=300
    )
    return leading(unmeasured), {"score": 0.1234, "other_score": 0.3456}


def _first(**scores: list[float]) -> Told:
    lockstep, steps = learned(), np.array([0.0, 120.0, 1500.0])
    models = {
        label: replace(one, scores=MappingProxyType({"step": steps, "metric": np.array(scores[label])}))
        for label, one in lockstep.models.items()
    }
    best = next(iter(lockstep.models["gru"].baselines.values()))
    paces = {"rnn": 0.01234, "gru": 0.03456}
    told = {"best": best, "steps": 120, "pace": 0.03456, "other_steps": 1500, "other_pace": 0.01234}
    return leading(ComparisonSnapshot.of(models, lockstep.shares, paces, run=0, step=1500)), told


@sentence("insight.leading.alone")
def _() -> Told:
    return _first(rnn=[1.0, 1.0, 1.0], gru=[1.0, 0.05, 0.05])


@sentence("insight.leading.followed")
def _() -> Told:
    return _first(rnn=[1.0, 1.0, 0.05], gru=[1.0, 0.05, 0.05])


@pytest.mark.parametrize("key", sorted(CASES))
def test_every_number_of_a_sentence_is_the_one_worked_out_here(key: str) -> None:
    found, truth = CASES[key]()
    assert found is not None
    assert disagreements(key, found.advice if ".advice" in key else found.words, truth) == []


@pytest.mark.parametrize("key", sorted(key for key in CASES if f"{key}.brief" in TEMPLATES))
def test_the_short_form_tells_the_numbers_of_the_whole_sentence(key: str) -> None:
    found, truth = CASES[key]()
    assert found is not None
    for end, text in ((".brief", found.brief), (".number", found.number)):
        filled_in = "{" in TEMPLATES[f"{key}{end}"]
        assert text == TEMPLATES[f"{key}{end}"] or filled_in
        numbers = [told for told in filled(f"{key}{end}", text).values() if told[0].isdigit()] if filled_in else []
        assert not numbers or disagreements(f"{key}{end}", text, truth) == []
    assert len(found.brief) < 70
    assert any(character.isdigit() for character in found.number)


def test_no_sentence_with_a_number_is_left_out() -> None:
    knobs = "cell|clip|forget_bias|gru|hidden_size|init|lr|noise|nonlinearity|orthogonal|rho|seed|seq_len"
    number = re.compile(r"\{(?!(?:" + knobs + r")\})")  # in advice these are what a knob is called
    whole = {key for key in TEMPLATES if key.startswith("insight.") and not key.endswith((".brief", ".number"))}
    filled_in = {key for key in whole if "{" in TEMPLATES[key]}
    telling = {key for key in filled_in if ".advice" not in key or number.search(TEMPLATES[key])}
    assert telling - ON_THE_LINE == set(CASES)


def test_a_loss_that_falls_too_little_to_be_told_is_not_said_to_fall() -> None:
    snapshot = look(120, task=Echo(), lr=1e-2)
    hardly = score.healthy(changed(snapshot, loss=np.linspace(0.17005, 0.16995, 120)))
    assert "from 0.17004 to 0.16996 within" in hardly.words
    assert score.healthy(changed(snapshot, loss=np.linspace(0.17, 0.1699999, 120))) is None


def test_a_threshold_that_was_moved_is_not_said_to_have_cut_the_steps_before() -> None:
    session = Session("adding", device="cpu", hidden_size=8, batch_size=16, clip=0.01)
    take(session, 60)
    session.settings = session.settings.replace(clip=0.002)
    take(session, 30)
    assert rate.clipping(session.snapshot()) is None
    take(session, 20)
    assert rate.clipping(session.snapshot()).words.startswith("50 of the last 50 steps were clipped to 0.002;")


def test_a_leap_is_told_with_the_rate_of_its_step_until_the_rate_is_lowered() -> None:
    snapshot = look(40, lr=0.5)
    losses, rates = np.full(40, 0.01), np.full(40, 0.5)
    losses[0], losses[30], rates[30] = 0.2, 0.3, 0.25
    leapt = changed(snapshot, loss=losses, lr=rates)
    assert "leapt from 0.01 to 0.3 at step 31, at a learning rate of 0.25." in rate.too_high(leapt).words
    assert rate.too_high(replace(leapt, settings=leapt.settings.replace(lr=0.01))) is None


@pytest.mark.parametrize("now", [-1.2, -0.98])
def test_losses_and_scores_below_zero_are_compared_by_their_difference(now: float) -> None:
    losses = np.linspace(-1.0, now, 120)
    snapshot = changed(look(120), loss=losses)
    assert rate.too_high(snapshot) is None
    errors = {"validation": now, "validation_step": 120, "baselines": MappingProxyType({"mean": -1.0})}
    assert score.beside_baseline(replace(snapshot, **errors)).rule == ("beats" if now < -1 else "level")


def test_a_model_without_a_score_is_ranked_last() -> None:
    lockstep = learned()
    models = {label: lockstep.models[source] for label, source in (("a", "rnn"), ("b", "gru"), ("c", "gru"))}
    scores = {"a": math.nan, "b": 0.4, "c": 0.1}
    models = {label: replace(one, validation=scores[label], validation_step=200) for label, one in models.items()}
    unmeasured = dict.fromkeys(models, math.nan)
    words = leading(ComparisonSnapshot.of(models, unmeasured, unmeasured, run=0, step=200)).words
    assert words == "“c” does best so far: held-out MSE is 0.100, and 0.400 in the next one, “b”."
