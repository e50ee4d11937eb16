"""What the bench prints, measured on sizes so small that only the structure means anything."""

import itertools
import json
from typing import Any

import pytest
import torch

from rnnviz.bench import main
from rnnviz.bench.instruments.report import Table
from rnnviz.bench.instruments.timing import Spread
from rnnviz.bench.measures import breadth, capture, drawing, peers, training
from rnnviz.bench.measures.rivals import Shape
from rnnviz.training import Session
from rnnviz.views import VIEWS

CPU = torch.device("cpu")
TINY = Shape(2, 5, 2, 3)


def _numbers(table: Table) -> list[float]:
    cells = [cell for row in table.rows for cell in row if not isinstance(cell, str)]
    return [cell.median if isinstance(cell, Spread) else cell for cell in cells]


@pytest.fixture(scope="module")
def captured() -> list[Table]:
    return list(capture.tables(CPU, shapes=[TINY], grown_from=TINY, tapped=[TINY], seconds=0))


@pytest.fixture(scope="module")
def drawn() -> list[Table]:
    return list(drawing.tables(seconds=0, training_steps=1))


@pytest.fixture(scope="module")
def trained() -> list[Table]:
    return list(training.tables(CPU, names=["adding"], seconds=0, block=1, segment=0.05))


def test_capture_has_a_row_for_each_cell_and_shape_and_a_growth_in_time_and_units(captured: list[Table]) -> None:
    cost, memory, growth, tapped = captured
    expected = [(cell, "(2, 5, 2, 3)") for cell in ("rnn", "lstm", "gru")]
    for table in (cost, memory, tapped):
        assert [row[:2] for row in table.rows] == expected
    assert [row[:2] for row in growth.rows] == list(itertools.product(("rnn", "lstm", "gru"), "TH"))


def test_every_figure_is_above_zero(captured: list[Table], drawn: list[Table], trained: list[Table]) -> None:
    for table in (*captured, *drawn, *trained):
        assert min(_numbers(table)) > 0, table.name


def test_both_ways_of_drawing_are_measured_on_a_heatmap_a_lab_and_every_view_at_once(drawn: list[Table]) -> None:
    shown = Session("sunspots", device="cpu").snapshot()
    every = sum(view.exists(shown) for view in VIEWS.values())
    said = ("one heatmap, 64 × 100", "a lab of 6 views", f"all {every} views at once")
    assert [row[:2] for row in drawn[0].rows] == list(itertools.product(said, ("LiveFigure", "FigureWidget")))


def test_a_live_frame_is_one_message_and_a_heatmap_one_byte_a_value(drawn: list[Table]) -> None:
    for row in drawn[0].rows[::2]:
        assert row[5] == 1
    kilobytes = drawn[0].rows[0][4]
    assert isinstance(kilobytes, float)
    assert 6.4 < kilobytes < 6.8


def test_opening_five_figures_sends_plotly_once(drawn: list[Table]) -> None:
    one, five = drawn[1].rows
    assert (one[0], five[0]) == (1, 6)
    assert isinstance(one[2], float)
    assert isinstance(five[2], float)
    assert five[2] < 1.2 * one[2]


def test_the_loop_by_hand_gives_the_sessions_own_curve() -> None:
    session = Session("adding", seq_len=8, hidden_size=4, device="cpu")
    by_hand = training.by_hand(session, fused=True)
    losses = [float(loss) for loss in itertools.islice(by_hand, 5)]
    list(itertools.islice(session.steps(), 5))
    assert losses == pytest.approx(session.history["loss"].tolist(), rel=1e-5)


def test_a_task_without_its_data_is_left_out_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> Session:
        raise ModuleNotFoundError("no record")

    said: list[str] = []
    monkeypatch.setattr(training, "Session", missing)
    tables = list(training.tables(CPU, names=["sunspots"], say=said.append))
    assert said == ["training: sunspots is left out: no record"]
    assert [table.rows for table in tables] == [[], []]


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> Table:
    table = Table("cost", "Cost", "Less is better.", ("cell", "ratio"), [("lstm", Spread(2.0, 1.0, 3.0))])
    for part in (capture, drawing, training, peers, breadth):
        monkeypatch.setattr(part, "tables", lambda *_, **__: iter([table]))
    return table


@pytest.mark.usefixtures("instant")
def test_text_starts_with_the_machine_and_success_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--device", "cpu"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["device:", "cpu"]
    assert lines.count("Cost") == 5


@pytest.mark.usefixtures("instant")
def test_json_is_one_object_with_the_machine_and_the_part_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drawing", "--json", "--quick", "--device", "cpu"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"machine", "quick", "tables"}
    assert [table["name"] for table in answer["tables"]] == ["cost"]


def test_quick_measures_the_two_small_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(capture, "tables", lambda device, *, shapes, **_: asked.append(shapes) or iter([]))
    main(["--quick", "capture", "--device", "cpu"])
    main(["capture", "--device", "cpu"])
    assert [len(shapes) for shapes in asked] == [2, 4]


def test_help_names_the_parts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    words = capsys.readouterr().out
    assert all(
        part in words
        for part in ("capture", "drawing", "training", "peers", "breadth", "--quick", "--json", "--device")
    )


def test_a_device_that_does_not_exist_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--device", "abacus"])
    assert ended.value.code == 2
    assert "device 'abacus' does not exist here" in capsys.readouterr().err


@pytest.mark.usefixtures("instant")
def test_without_torchlens_the_peers_are_left_out_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "available", lambda: False)
    assert main(["--device", "cpu"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines().count("Cost") == 4
    assert "peers: left out; it needs the package torchlens; install it with: pip install 'rnnviz[peers]'" in shown.err


def test_peers_asked_for_without_torchlens_are_refused_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "available", lambda: False)
    with pytest.raises(SystemExit) as ended:
        main(["peers", "--device", "cpu"])
    assert ended.value.code == 2
    assert "the part peers needs the package torchlens; install it with: pip install" in capsys.readouterr().err
