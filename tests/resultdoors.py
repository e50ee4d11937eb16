"""The public doors of what others hand out: curves, moments, sweeps, forecasts, scores, hypotheses."""

from pathlib import Path

import numpy as np

import rnnviz as rv
from rnnviz.models import BeamTree, Hypothesis
from rnnviz.tasks import Record, Rolling
from rnnviz.training.history import Histories
from tests.doors import SMALL, Door, Unregistered, closed

__all__ = ["result_doors"]


def result_doors(folder: Path, lab: rv.Lab, both: rv.Comparison) -> dict[str, Door]:
    """Return them by name; the lab and the comparison have been trained."""
    moment = lab.snapshot()
    swept = rv.sweep({"lr": [1e-3]}, **SMALL, trials=1, steps=1, sampler="grid")
    truth = np.array([[[2.0], [4.0]]])
    rolling, before = (
        Rolling(np.array([origin]), (1, 2), truth, {"network": truth - 0.5, "same as now": truth - 1.0})
        for origin in (1, 0)
    )
    tree = BeamTree((Hypothesis(None, 5, 0, -0.25, True), Hypothesis(0, 3, 1, -0.5, True)), best=1, width=1)
    scores = rv.tasks.tag_scores([[0, 1, 1]], [[0, 1, 0]], ("O", "P"))
    table = {"path": folder / "table.csv"}
    return {
        "pause_all": Door(rv.pause_all, {"wait": True}),
        "both.step": Door(lambda **given: both.step(**given), {"n": 1}, allowed=("1048576",)),
        "History.get": Door(lab.history.get, {"name": "loss", "default": None}),
        "History.to_csv": Door(lab.history.to_csv, table),
        "Histories.to_csv": Door(Histories(both.history).to_csv, table),
        "Snapshot.to_csv": Door(moment.to_csv, {**table, "sample": 0}),
        "Snapshot.to_frame": Door(moment.to_frame, {"sample": 0}),
        "Snapshot.parameter": Door(
            lambda name: moment.parameter(name), {"name": next(one for one in moment.weights if "hh" in one)[10:]}
        ),
        "Sweep.lab": Door(
            lambda **given: closed(swept.lab(**given)), {"views": ["hidden"], "lr": 1e-3, "hidden_size": 4, "steps": 3}
        ),
        "register_cell names": Door(
            lambda **given: rv.register_cell(Unregistered, print, **given),
            {"inputs": "x", "states": ("h", "c"), "batch_first": None},
        ),
        "Rolling.mae": Door(rolling.mae, {"name": None}),
        "Rolling.skill": Door(rolling.skill, {"name": None, "against": None}),
        "Rolling.interval": Door(rolling.interval, {"earlier": before, "level": 0.8}),
        "Record.of": Door(
            Record.of,
            {"values": np.sin(np.arange(80.0)), "validation_share": 0.15, "test_share": 0.15, "season": None}
            | {"name": "waves", "source": "made up"},
            {"values": ("row", "column", "file")},
        ),
        "TagScores.macro_f1": Door(scores.macro_f1, {"least": 1}),
        "BeamTree.path": Door(tree.path, {"index": 1}),
        "BeamTree.tokens": Door(tree.tokens, {"index": None}),
    }
