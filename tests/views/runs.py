"""Runs that the tests of pictures share, and plain numpy to compare the pictures with."""

import dataclasses
import itertools
from functools import cache

import numpy as np
import plotly.graph_objects as go
import torch

from rnnviz.training import Session, Snapshot
from rnnviz.training.comparison.comparison_snapshot import ComparisonSnapshot

RUNS = {
    "rnn": {"cell": "rnn"},
    "relu": {"cell": "rnn", "nonlinearity": "relu", "init": "identity"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
    "two layers": {"cell": "gru", "num_layers": 2},
    "both ways": {"cell": "lstm", "num_layers": 2, "bidirectional": True},
}
SAMPLES, STEPS_BACK, UNITS, BATCH = 3, 9, 5, 8


def begin(name: str, **changes: object) -> Session:
    """Return an untrained session of the named run."""
    sizes = {"seq_len": STEPS_BACK, "hidden_size": UNITS, "batch_size": BATCH, "device": "cpu"}
    return Session("adding", probe_size=SAMPLES, **{**sizes, **RUNS[name], **changes})


def train(session: Session, steps: int) -> Snapshot:
    for _ in itertools.islice(session.steps(), steps):
        pass
    return session.snapshot()


@cache
def frames(name: str, count: int = 3) -> tuple[Snapshot, ...]:
    """Return frames of the named run: step 0, and every second step after it."""
    session = begin(name)
    return (session.snapshot(), *(train(session, 2) for _ in range(count - 1)))


@cache
def sunspots() -> Snapshot:
    return train(Session("sunspots", hidden_size=4, batch_size=4, device="cpu", seed=1), 2)


def norm(gradient: np.ndarray, layer: int, direction: int) -> np.ndarray:
    """Return the length of the gradient over all sequences and units, a timestep, the long way."""
    _, _, batch, time, units = gradient.shape
    sums = [
        sum(float(gradient[layer, direction, b, step, u]) ** 2 for b in range(batch) for u in range(units))
        for step in range(time)
    ]
    return np.sqrt(np.array(sums))


def notices(figure: go.Figure) -> str:
    """Return every word that a picture says about itself outside its axes."""
    return " | ".join(note.text for note in figure.layout.annotations)


def axis_of(figure: go.Figure, trace: int, letter: str) -> go.layout.XAxis | go.layout.YAxis:
    """Return the axis that a trace is drawn on."""
    name = getattr(figure.data[trace], f"{letter}axis") or letter
    return figure.layout[f"{letter}axis{name[1:]}"]


def headings(figure: go.Figure) -> list[str]:
    """The words above each panel."""
    return [annotation.text for annotation in figure.layout.annotations[1:]]


def alike(name: str, bias: float) -> Session:
    """Return a session whose gates do not see the state, and whose keeping gate is σ(bias) everywhere."""
    session = begin(name)
    layer = session.model.recurrent
    with torch.no_grad():
        layer.weight_hh_l0.zero_()
        layer.weight_ih_l0[UNITS : 2 * UNITS] = 0  # f of i f g o, z of r z n
        layer.bias_hh_l0[UNITS : 2 * UNITS] = 0
        layer.bias_ih_l0[UNITS : 2 * UNITS] = bias
    return session


def scored(snapshot: ComparisonSnapshot, *scores: float) -> ComparisonSnapshot:
    """The same moment of a comparison with other held-out scores."""
    models = zip(snapshot.models.items(), scores, strict=True)
    changed = {label: dataclasses.replace(one, validation=score) for (label, one), score in models}
    return dataclasses.replace(snapshot, compared=changed)
