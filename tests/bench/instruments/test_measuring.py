"""The instruments: turns, ratios, peaks of memory, counted bytes and tables."""

import os

import ipywidgets
import numpy as np
import pytest
import torch

from rnnviz.bench.instruments.machine import describe
from rnnviz.bench.instruments.memory import peak, peak_bytes
from rnnviz.bench.instruments.report import Table, as_json, as_text
from rnnviz.bench.instruments.timing import Spread, Times, interleaved
from rnnviz.bench.instruments.wire import counting

CPU = torch.device("cpu")


def test_rivals_take_turns_and_none_always_goes_first() -> None:
    calls: list[str] = []
    slow = 0.03  # seconds, above the shortest sample: one call each
    clock = iter(np.arange(0, 1000, slow))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("rnnviz.bench.instruments.timing.time.perf_counter", lambda: next(clock))
        interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, CPU, seconds=0, rounds=4)
    assert "".join(calls[-8:]) == "abbaabba"


def test_a_ratio_compares_each_round_with_itself() -> None:
    busy = np.array([1.0, 1.0, 100.0])  # a machine that stalls slows both
    assert Times({"a": 3 * busy, "b": busy}).ratio("a", "b") == Spread(3.0, 3.0, 3.0)


def test_peak_memory_is_what_is_held_at_once_not_what_was_asked_for_in_all() -> None:
    def one_after_the_other() -> None:
        for _ in range(5):
            torch.zeros(1000)

    assert peak_bytes(one_after_the_other, CPU) == 4000
    assert peak_bytes(lambda: [torch.zeros(1000) for _ in range(5)], CPU) == 20000


def test_measuring_memory_writes_nothing_on_the_terminal_and_gives_it_back(capfd: pytest.CaptureFixture[str]) -> None:
    peak_bytes(lambda: torch.zeros(1000), CPU)
    os.write(2, b"afterwards")
    assert capfd.readouterr().err == "afterwards"


def test_a_wire_counts_text_and_raw_buffers() -> None:
    with counting() as wire:
        widget = ipywidgets.Widget()
        wire.reset()
        widget.send({"é": 1}, buffers=[b"12345"])
    expected = '{"method": "custom", "content": {"é": 1}}'.encode()
    assert (wire.messages, wire.bytes) == (1, len(expected) + 5)


def test_widgets_made_after_a_wire_are_not_connected_to_it() -> None:
    with counting() as wire:
        pass
    ipywidgets.Widget().send({})
    assert wire.messages == 0


def test_a_table_has_one_cell_a_column() -> None:
    with pytest.raises(ValueError, match=r"rows of table 'cost' must have one cell a column \(2\), got \('lstm',\)"):
        Table("cost", "Cost", "", ("cell", "ratio"), [("lstm",)])


def test_text_aligns_columns_and_shows_quartiles() -> None:
    table = Table("cost", "Cost", "Less is better.", ("cell", "ratio"), [("lstm", Spread(2.0, 1.5, 12.34)), ("gru", 7)])
    assert as_text(table).splitlines()[2:] == [
        "  cell             ratio",
        "  lstm  2.00 (1.50–12.3)",
        "  gru                  7",
    ]


def test_json_names_every_cell_by_its_column() -> None:
    table = Table("cost", "Cost", "", ("cell", "ratio"), [("lstm", Spread(2.0, 1.0, 3.0))])
    assert as_json(table)["rows"] == [{"cell": "lstm", "ratio": {"median": 2.0, "low": 1.0, "high": 3.0}}]


def test_the_head_says_device_threads_and_versions() -> None:
    head = describe(CPU)
    assert head["device"] == "cpu"
    assert head["threads"].startswith(f"{torch.get_num_threads()} of torch")
    assert f"torch {torch.__version__}" in head["versions"]


def test_a_device_that_does_not_tell_its_memory_is_answered_with_nan_and_not_with_bytes_of_the_cpu() -> None:
    assert np.isnan(peak_bytes(lambda: torch.zeros(1000), torch.device("mps")))


def test_a_peak_is_the_largest_sum_so_far_whatever_order_the_changes_come_in() -> None:
    assert peak([(3, -10), (1, 10), (2, 20), (4, 5)]) == 30
