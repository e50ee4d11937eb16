"""What `rnnviz.trace`, TorchLens and plain hooks see of a recurrent layer, compared with the truth, and the cost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rnnviz.bench.instruments.report import Cell, Table
from rnnviz.bench.instruments.timing import interleaved
from rnnviz.bench.measures.observed import MODELS, CellLoop, EquationLoop, Fused, Scene, scene
from rnnviz.bench.measures.rivals import Shape
from rnnviz.bench.measures.truth import FACTS, Truth, truth_of
from rnnviz.bench.measures.watching import Arrays, Watch, by_hooks, by_torchlens, by_trace, leave_torchlens

__all__ = ["available", "seen", "seen_weights", "tables"]

TIMED, LOOKED_AT = Shape(32, 100, 2, 64), Shape(3, 8, 2, 5)
_NAMES = ("h", "gates", "c", "dL/dh direct", "dL/dh total", "dL/dc total")
_COLUMNS = ("model", "seen by", *_NAMES, "weights' gradient", "time ÷ plain")
_NOTE = (
    "Seen: the share of all true vectors (one for each layer, direction, gate, sequence and timestep) that is\n"
    "anywhere among the arrays that a peer hands back, to 9 digits; —: the layer has none. Truth: torch's cells\n"
    f"unrolled in float64, at {LOOKED_AT}. Weights' gradient: each gate's norm, or whole matrices, to be cut by hand.\n"
    "Time goes to numpy; plain: forward, loss, backward, Adam of the fused model. TorchLens with save_grads and\n"
    "log_backward; hooks: forward and full backward hooks on every module, retain_grad on the results. Loops: the\n"
    "layer rewritten by its user, so that TorchLens has operations to see."
)
_PEERS: Mapping[str, Watch] = {"rnnviz.trace": by_trace, "TorchLens": by_torchlens, "hooks": by_hooks}
_REWRITTEN: Mapping[str, type[CellLoop | EquationLoop]] = {
    "TorchLens, loop of cells": CellLoop,
    "TorchLens, loop of equations": EquationLoop,
}


def available() -> bool:
    """Whether TorchLens is installed (the extra ``peers``)."""
    return find_spec("torchlens") is not None


def tables(
    device: torch.device,
    *,
    names: Sequence[str] = tuple(MODELS),
    timed: Shape = TIMED,
    seconds: float = 5.0,
    say: Callable[[str], None] = lambda words: None,
) -> Iterator[Table]:
    """Look, measure and yield the one table.

    Parameters
    ----------
    device : torch.device
        Where the models run.
    names : sequence of str
        Which of `rnnviz.bench.measures.observed.MODELS`.
    timed : Shape
        Of the batch on which time is measured.
    seconds : float
        At least this long for each model; slow peers run three rounds anyway.
    say : callable
        Told what is measured next.
    """
    rows: list[tuple[Cell, ...]] = []
    for name in names:
        say(f"peers: {name}")
        rows += _rows(name, device, timed, seconds)
    yield Table("peers", f"Peers: what each sees of a recurrent layer, and its time at {timed}", _NOTE, _COLUMNS, rows)


def seen(true: NDArray[np.float64], arrays: Arrays) -> float | None:
    """Share of the rows of `true` (row, unit) that are somewhere in `arrays`; None where there are no rows.

    Examples
    --------
    >>> seen(np.array([[1.0, 2.0], [3.0, 4.0]]), [np.array([[[9.0, 9.0, 3.0, 4.0]]])])
    0.5
    """
    if not true.size:
        return None
    units = true.shape[1]
    fitting = [one.reshape(-1, units) for one in arrays if one.ndim and one.shape[-1] % units == 0 and one.size]
    rows = np.concatenate([np.empty((0, units)), *fitting])
    return float(np.mean([np.isclose(rows, one, rtol=1e-9, atol=1e-15).all(1).any() for one in true]))


def seen_weights(truth: Truth, arrays: Arrays) -> str:
    """``"by gate"`` if the norm of each gate's rows is there, ``"whole"`` if the matrices are, else ``"no"``."""
    if seen(truth.norms, arrays) == 1:
        return "by gate"
    return "whole" if all(seen(one, arrays) == 1 for one in truth.weights) else "no"


def _rows(name: str, device: torch.device, timed: Shape, seconds: float) -> list[tuple[Cell, ...]]:
    small, large = scene(name, LOOKED_AT, device, torch.float64), scene(name, timed, device)
    truth = truth_of(small)
    actions: dict[str, Callable[[], object]] = {"plain": _plain(large)}
    facts = {}
    try:
        for peer, (watch, rewrite) in _watchers(name).items():
            facts[peer] = _facts(truth, watch(rewrite(small.model), small.arguments, small.loss))
            actions[peer] = partial(watch, rewrite(large.model), large.arguments, large.loss)
        times = interleaved(actions, device, seconds=seconds)
    finally:
        leave_torchlens()
    return [(name, peer, *found, times.ratio(peer, "plain")) for peer, found in facts.items()]


def _watchers(name: str) -> dict[str, tuple[Watch, Callable[[Fused], nn.Module]]]:
    """Who looks, and at what is made of the model: loops are written for the plain layers only."""
    watchers: dict[str, tuple[Watch, Callable[[Fused], nn.Module]]] = {
        peer: (watch, lambda model: model) for peer, watch in _PEERS.items()
    }
    if MODELS[name][1:] == (1, False, False):
        watchers |= {peer: (by_torchlens, rewrite) for peer, rewrite in _REWRITTEN.items()}
    return watchers


def _facts(truth: Truth, arrays: Arrays) -> list[str]:
    return [*(_share(seen(truth.vectors[fact], arrays)) for fact in FACTS), seen_weights(truth, arrays)]


def _share(value: float | None) -> str:
    if value is None:
        return "—"
    return {0.0: "no", 1.0: "yes"}.get(value, f"{value:.0%}")


def _plain(scene: Scene) -> Callable[[], object]:
    optimizer = torch.optim.Adam(scene.model.parameters(), lr=1e-6)

    def step() -> None:
        optimizer.zero_grad()
        scene.loss(scene.model(*scene.arguments)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step
