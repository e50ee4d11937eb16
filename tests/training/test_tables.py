"""The numbers of a lab leave it: as a DataFrame and as CSV, both with every number as it is in the tensor."""

import csv
import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rnnviz as rv
from rnnviz.training import Session, Snapshot
from tests.training.test_columns import KINDS


def snapshot(cell: str = "lstm", **options: object) -> Snapshot:
    options = {"seq_len": 7, "hidden_size": 3, "device": "cpu", "seed": 0, **options}
    return Session("adding", cell=cell, **options).snapshot()


def read(text: str | None) -> pd.DataFrame:
    """What Python's own reader finds in it: numbers to the last bit, labels as words."""
    assert text is not None
    head, *rows = list(csv.reader(io.StringIO(text)))
    return pd.DataFrame({name: [number(row[place]) for row in rows] for place, name in enumerate(head)})


def number(word: str) -> float | str:
    try:
        return float(word or "nan")
    except ValueError:
        return word


@KINDS
def test_curves_make_the_same_table_as_pandas_makes_of_them(make) -> None:
    curves = make()
    pd.testing.assert_frame_equal(curves.to_frame(), pd.DataFrame(curves))
    pd.testing.assert_frame_equal(read(curves.to_csv()), curves.to_frame(), check_exact=True, check_dtype=False)
    assert list(read(make(0).to_csv()).columns) == list(curves)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_row_of_a_snapshot_is_a_unit_at_a_timestep(cell: str) -> None:
    seen = snapshot(cell, num_layers=2, bidirectional=True)
    table = seen.to_frame()
    layer = seen.layer
    arrays = {
        "hidden": layer.hidden,
        "cell": layer.cell,
        "gradient": layer.grad_hidden,
        "gradient_cell": layer.grad_cell,
    }
    arrays |= {f"gate_{name}": gate for name, gate in layer.gates.items()}
    arrays = {name: array for name, array in arrays.items() if array is not None}
    assert set(table.columns) == {"sample", "layer", "direction", "time", "unit", *arrays}
    assert len(table) == layer.hidden.size
    for name, array in arrays.items():
        places = (table["layer"], table["direction"], table["sample"], table["time"], table["unit"])
        np.testing.assert_array_equal(table[name], array[places])


def test_csv_has_every_number_as_it_is_in_the_tensor() -> None:
    seen = snapshot()
    written, table = read(seen.to_csv(sample=1)), seen.to_frame(sample=1)
    assert set(table["sample"]) == {1}
    for name in table.columns:
        np.testing.assert_array_equal(written[name].to_numpy(table[name].dtype), table[name])


def test_a_shorter_sequence_has_no_rows_beyond_its_end() -> None:
    task = rv.tasks.make("temporal-order", seq_len=30)
    seen = Session(task, hidden_size=3, device="cpu", seed=0).snapshot()
    rows = seen.to_frame().groupby("sample")["time"].max() + 1
    np.testing.assert_array_equal(rows, seen.layer.lengths)


def test_of_a_comparison_the_model_comes_first_and_what_one_lacks_is_empty() -> None:
    comparison = rv.compare(["rnn", "lstm"], task="adding", hidden_size=3, seq_len=6, seed=0, device="cpu")
    comparison.train(2)
    curves, states = comparison.history.to_frame(), comparison.snapshot().to_frame(sample=0)
    comparison.close()
    assert (curves.columns[0], states.columns[0]) == ("model", "model")
    assert curves["model"].tolist() == ["rnn", "rnn", "lstm", "lstm"]
    np.testing.assert_array_equal(curves["loss"][2:], comparison.history["lstm"]["loss"])
    assert states.loc[states["model"] == "rnn", "gate_f"].isna().all()
    assert states.loc[states["model"] == "lstm", "gate_f"].notna().all()
    written = read(comparison.history.to_csv())
    assert written["model"].tolist() == curves["model"].tolist()


def test_a_table_is_written_to_a_file_whole(tmp_path: Path) -> None:
    seen = snapshot()
    assert seen.to_csv(tmp_path / "states.csv", sample=0) is None
    assert (tmp_path / "states.csv").read_text() == seen.to_csv(sample=0)
    with pytest.raises(TypeError, match=r"path must be a file name such as 'lab\.csv', got 3"):
        seen.to_csv(3)
    with pytest.raises(ValueError, match="sample must be at most 7, got 8"):
        seen.to_csv(sample=8)


def test_without_pandas_a_sentence_says_what_to_do_and_csv_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    seen = snapshot()
    with pytest.raises(ImportError, match=r"pandas is not installed; install pandas, or take to_csv\(\)"):
        seen.to_frame()
    assert seen.to_csv().startswith("sample,layer,direction,time,unit,hidden")
