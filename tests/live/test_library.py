"""Which plotly.js a page is sent: the small one where it draws as plotly's own would, else plotly's own."""

import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs, get_plotlyjs_version

import rnnviz as rv
from rnnviz.live import DraggableFigure, LiveFigure, PlotlyRuntime, library, runtime

FOLDER = Path(library.__file__).with_name("plotlyjs")
SCRIPT = gzip.decompress(FOLDER.joinpath("plotly-cartesian.min.js.gz").read_bytes())
UNKNOWN = [go.Scatter3d(), go.Surface(), go.Parcoords(), go.Scattergl(), go.Sankey(), go.Scatterpolar(), go.Table()]


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No page has been sent anything yet, and what this test decides is forgotten after it."""
    monkeypatch.setattr(sys.modules[PlotlyRuntime.__module__], "_kept", {})
    caches = (library.small, library.whole)
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


def unpacked(packed: bytes) -> str:
    return gzip.decompress(packed).decode()


def test_the_packed_script_is_the_one_that_was_published() -> None:
    assert hashlib.sha256(SCRIPT).hexdigest() == library.SHA256
    assert f"(cartesian - minified) v{library.VERSION}\n" in SCRIPT[:200].decode()


def test_its_licence_lies_beside_it() -> None:
    words = FOLDER.joinpath("LICENSE").read_text(encoding="utf-8")
    assert words.startswith("MIT License")
    assert "Plotly" in words


def test_it_is_said_to_draw_what_it_draws() -> None:
    drawn = re.findall(r'moduleType:"trace",name:"(\w+)"', SCRIPT.decode())
    assert sorted(drawn) == list(library.TRACES)


def test_it_carries_no_time_so_that_it_is_the_same_bytes_wherever_it_is_packed() -> None:
    assert FOLDER.joinpath("plotly-cartesian.min.js.gz").read_bytes()[4:8] == bytes(4)


def test_the_plotly_of_the_tests_is_the_one_that_it_was_packed_for() -> None:
    assert get_plotlyjs_version() == library.VERSION
    assert unpacked(runtime().packed) == SCRIPT.decode()
    assert list(runtime().traces) == list(library.TRACES)


def test_nothing_is_packed_in_the_kernel_as_long_as_the_small_one_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzip, "compress", None)
    LiveFigure(go.Figure([go.Scatter(), go.Heatmap()]))
    assert 400_000 < len(runtime().packed) < 600_000


@pytest.mark.parametrize("version", ["4.1.0", "4.1.10", "3.0.0", "5.0.0"])
def test_with_another_version_of_plotly_its_own_script_is_sent(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(library, "get_plotlyjs_version", lambda: version)
    live = LiveFigure(go.Figure(go.Scatter(y=[1])))
    assert live.spec["data"]
    assert runtime().traces is None
    assert unpacked(runtime().packed) == get_plotlyjs()
    assert unpacked(library.packed_for([{"type": "scatter"}])) == get_plotlyjs()


@pytest.mark.parametrize("trace", UNKNOWN, ids=lambda trace: trace.type)
@pytest.mark.parametrize("kind", [LiveFigure, DraggableFigure])
def test_a_trace_that_the_small_one_lacks_has_the_whole_one_sent(kind: type[LiveFigure], trace: Any) -> None:
    kind(go.Figure([go.Scatter(), trace]))
    assert runtime([{"type": trace.type}]).traces is None
    assert unpacked(runtime([{"type": trace.type}]).packed) == get_plotlyjs()


def test_the_whole_one_is_sent_once_a_figure_comes_to_need_it() -> None:
    live = LiveFigure(go.Figure(go.Scatter()))
    small = runtime()
    assert small.traces is not None
    live.rebuild(go.Figure(go.Surface(z=[[1, 2], [3, 4]])))
    whole = runtime(live.spec["data"])
    assert whole.traces is None
    live.rebuild(go.Figure(go.Surface(z=[[1, 2], [3, 5]])))
    assert runtime(live.spec["data"]) is whole
    assert runtime() is whole  # which draws the others as well


def test_every_picture_of_every_view_is_drawn_by_the_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "whole", None)  # whoever asks for it fails
    for task, cell in (("sunspots", "lstm"), ("temporal-order", "gru"), ("python-tokens", "rnn")):
        lab = rv.Lab(task, cell=cell, hidden_size=4, batch_size=4, device="cpu", seed=0)
        lab.train(2)
        snapshot = lab.snapshot()
        for name, view in rv.views.VIEWS.items():
            if view.exists(snapshot):
                assert library.suffices(json.loads(lab.figure(name).to_json())["data"]), name
        assert library.suffices(json.loads(lab.figure("perturbation").to_json())["data"])
        lab.close()
