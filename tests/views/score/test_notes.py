"""Notes of the layout: a patch changes them as the page does, and one that names none is told."""

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.training import Snapshot
from rnnviz.views import Canvas, Focus, Patch, View, apply
from rnnviz.views.patch import noted
from tests.views.runs import frames


class Noting(View):
    """A view that sends one patch."""

    name = "noting"

    def __init__(self, key: str, value: Any) -> None:
        self.patch = Patch(None, key, value)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        return go.Figure(layout={"meta": {"rows": [[], []], "panels": [{"aside": ""}]}})

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: tuple[int, int] | None = None) -> list[Patch]:
        return [self.patch]


def drawn(key: str, value: Any) -> Any:
    snapshot = frames("rnn")[0]
    return Canvas(Noting(key, value), snapshot, Focus()).filled(snapshot, Focus()).layout.meta


def test_words_and_numbers_find_their_place() -> None:
    assert drawn("meta.panels[0].aside", "32 units")["panels"] == [{"aside": "32 units"}]
    assert drawn("meta.panels[0]", {"aside": "all"})["panels"] == [{"aside": "all"}]


def test_numbers_are_kept_as_the_page_reads_them() -> None:
    value = np.array([0.1, np.nan, 1e-40])
    found = drawn("meta.rows[1]", value)["rows"]
    assert found[0] == []
    np.testing.assert_array_equal(np.array(found[1], np.float32), value.astype(np.float32))


@pytest.mark.parametrize("key", ["meta.rows[2]", "meta.row", "meta.panels[0].asides", "meta.panels[0].aside.more"])
def test_a_note_that_is_not_there_is_told(key: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"Patch(None, '{key}') of the view 'noting' (Noting) names a note")):
        drawn(key, "x")
    with pytest.raises(ValueError, match="let skeleton make what is changed"):
        apply(go.Figure(layout={"meta": {"rows": [[]]}}), [Patch(None, key, "x")])


def test_a_figure_without_notes_is_told_too() -> None:
    with pytest.raises(ValueError, match="let skeleton make"):
        noted(go.Figure().layout.meta, "meta.rows[0]")


def test_a_dict_is_a_note_and_nothing_else() -> None:
    with pytest.raises(TypeError, match="must carry a numpy array, a word, a number or a tuple"):
        drawn("title.text", {"text": "no"})
