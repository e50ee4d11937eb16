"""The table of reached scores: a row a network and a baseline, the numbers that a session of the same seed reaches."""

import dataclasses
import itertools
import json
import math
import statistics

import pytest
import torch
from torch import nn

from rnnviz.bench import chapters, main
from rnnviz.bench.chapters import CHAPTERS, Network
from rnnviz.bench.chapters.today import _counted
from rnnviz.bench.instruments.report import Table, as_json
from rnnviz.models import SequenceModel
from rnnviz.tasks import Adding, Task
from rnnviz.training import Session, Settings

CPU = torch.device("cpu")
STEPS = 40


class Small(Adding):
    """A run of few steps."""

    name, steps = "small", STEPS


def small() -> Task:
    return Small(seq_len=6)


def fetched_by_nobody() -> Task:
    raise FileNotFoundError("the set is not here; run: rnnviz data get reviews")


PLAIN = Network("small", "GRU", {"cell": "gru", "hidden_size": 4}, made=small)


@pytest.fixture(scope="module")
def told() -> tuple[Table, list[str]]:
    """Return the table of one chapter, and what was said meanwhile."""
    said: list[str] = []
    networks = (
        PLAIN,
        Network(
            "small", "RNN", {"cell": "rnn", "hidden_size": 4}, made=small, more=lambda _task, _model: {"other": 0.5}
        ),
        Network("reviews", "LSTM", made=fetched_by_nobody),
        Network("no such task", "LSTM"),
    )
    (table,) = chapters.tables(CPU, chapters={"08": networks}, say=said.append)
    return table, said


def test_each_seed_reaches_what_a_session_of_that_seed_does(told: tuple[Table, list[str]]) -> None:
    scores = []
    for seed in (0, 1, 2):
        session = Session(small(), device="cpu", seed=seed, planned=STEPS, cell="gru", hidden_size=4)
        for _ in itertools.islice(session.steps(), STEPS):
            pass
        scores.append(session.evaluate()["model"])
    row = told[0].rows[0]
    assert row[:3] == ("small", "GRU", "MSE")
    assert list(row[4:7]) == scores
    assert row[3] == statistics.median(scores)
    assert row[7] == STEPS


def test_baselines_stand_once_beside_the_networks_of_their_task(told: tuple[Table, list[str]]) -> None:
    found = {row[1]: row[3] for row in told[0].rows if row[4] == ""}
    assert found == small().baselines()
    assert [row[1] for row in told[0].rows] == ["GRU", *found, "RNN", "RNN"]


def test_other_scores_have_rows_of_their_own(told: tuple[Table, list[str]]) -> None:
    assert told[0].rows[-1][1:7] == ("RNN", "other", 0.5, 0.5, 0.5, 0.5)


def test_what_is_not_here_is_left_out_and_said_so(told: tuple[Table, list[str]]) -> None:
    assert "chapters: reviews is left out: the set is not here; run: rnnviz data get reviews" in told[1]
    assert any(words.startswith("chapters: no such task is left out: unknown task") for words in told[1])


def test_scores_are_numbers_for_a_program(told: tuple[Table, list[str]]) -> None:
    first = json.loads(json.dumps(as_json(told[0])))["rows"][0]
    assert isinstance(first["median"], float)
    assert first["seed 0"] == told[0].rows[0][4]


def test_a_quick_run_has_one_seed_and_a_twentieth_of_the_steps() -> None:
    (table,) = chapters.tables(CPU, chapters={"08": (PLAIN,)}, quick=True)
    assert table.rows[0][5:8] == ("", "", STEPS // 20)


def test_the_command_prints_a_table_a_chapter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(chapters.tables.__kwdefaults__, "chapters", {"08": (PLAIN,), "09": (PLAIN,)})
    assert main(["chapters", "--quick", "--json", "--device", "cpu"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [table["title"] for table in printed["tables"]] == [
        "Chapter 08: reached scores",
        "Chapter 09: reached scores",
    ]


def test_a_network_may_have_a_model_and_a_length_of_its_own() -> None:
    def plain(task: Task, settings: Settings) -> nn.Module:
        return SequenceModel("rnn", task.input_size, 3, task.output_size)

    own = Network("small", "of three units", {"lr": 0.01}, steps=30, model=plain, made=small)
    (table,) = chapters.tables(CPU, chapters={"12": (own,)})
    session = Session(small(), model=plain, device="cpu", seed=2, planned=30, lr=0.01)
    for _ in itertools.islice(session.steps(), 30):
        pass
    assert table.rows[0][6:8] == (session.evaluate()["model"], 30)


def test_every_chapter_that_trains_for_a_score_has_networks() -> None:
    assert list(CHAPTERS) == ["08", "09", "10", "11", "12", "13", "14", "16"]
    assert all(CHAPTERS.values())


@pytest.mark.parametrize(
    ("chapter", "network"), [(chapter, one) for chapter in ("12", "13", "14", "16") for one in CHAPTERS[chapter]]
)
def test_networks_of_the_later_chapters_train(chapter: str, network: Network) -> None:
    one = dataclasses.replace(network, steps=2)
    session = Session(one.made() if one.made else one.task, model=one.model, device="cpu", planned=2, **one.settings)
    for _ in itertools.islice(session.steps(), 2):
        pass
    losses = session.history["loss"].tolist()
    assert len(losses) == 2
    assert all(map(math.isfinite, losses))


def test_what_counting_reaches_is_what_a_table_of_all_contexts_says() -> None:
    known, held = "abracadabra" * 20, "abracadabra" * 3
    share = {one: (known.count(one) + 5 / 5) / (len(known) + 5) for one in set(known)}
    expected = -sum(math.log2(share[one]) for one in held) / len(held)
    assert _counted(known, held, 1) == pytest.approx(expected)
    assert _counted(known, held, 5) < 0.2 < _counted(known, held, 1)
