"""The public doors of what tasks and models hand out: records, forecasts, scores, hypotheses."""

import numpy as np

from rnnviz.models import BeamTree, Hypothesis
from rnnviz.tasks import Record, Rolling, tag_scores
from tests.doors import Door

__all__ = ["result_doors"]


def result_doors() -> dict[str, Door]:
    """Return them by name."""
    truth = np.array([[[2.0], [4.0]]])
    rolling, before = (
        Rolling(np.array([origin]), (1, 2), truth, {"network": truth - 0.5, "same as now": truth - 1.0})
        for origin in (1, 0)
    )
    tree = BeamTree((Hypothesis(None, 5, 0, -0.25, True), Hypothesis(0, 3, 1, -0.5, True)), best=1, width=1)
    return {
        "Rolling.mae": Door(rolling.mae, {"name": None}),
        "Rolling.skill": Door(rolling.skill, {"name": None, "against": None}),
        "Rolling.interval": Door(rolling.interval, {"earlier": before, "level": 0.8}),
        "Record.of": Door(
            Record.of,
            {"values": np.sin(np.arange(80.0)), "validation_share": 0.15, "test_share": 0.15, "season": None}
            | {"name": "waves", "source": "made up"},
            {"values": ("row", "rows", "column", "file")},
        ),
        "TagScores.macro_f1": Door(tag_scores([[0, 1, 1]], [[0, 1, 0]], ("O", "P")).macro_f1, {"least": 1}),
        "BeamTree.path": Door(tree.path, {"index": 1}),
        "BeamTree.tokens": Door(tree.tokens, {"index": None}),
    }
