"""One file that plays the run of several models, with every model's numbers in it."""

import html
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnnviz as rv
from tests.lab.comparisons import CELLS, Maker
from tests.lab.replay.pages import HOSTILE, Page
from tests.training.examples import Echo

pytestmark = pytest.mark.timeout(120)


def test_every_kept_moment_is_in_the_file_with_every_models_numbers(make_comparison: Maker, tmp_path: Path) -> None:
    comparison = make_comparison(steps=320)
    comparison.train(12)
    page = Page(comparison.save_replay(tmp_path / "run.html", sample=2))
    steps = [frame["step"] for frame in page.index["frames"]]
    assert steps == [0, 5, 10, 12]
    for frame, step in enumerate(steps):
        figure = comparison.figure("hidden", step=step, sample=2)
        for trace in range(len(CELLS)):
            assert np.abs(page.states(frame, trace) - figure.data[trace].z).max() <= 1 / 254 + 1e-6


def test_the_header_names_the_models_their_ends_and_their_settings(make_comparison: Maker, tmp_path: Path) -> None:
    comparison = make_comparison("rnn", "gru", clip=None)
    comparison.train(3)
    page = Page(comparison.save_replay(tmp_path / "run.html"))
    assert page.texts["title"].strip() == "rnn · gru side by side on adding, 3 steps"
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    table = {row["model"]: row for row in comparison.table()}
    facts = {
        "cell": "RNN · GRU",
        "clip at": "–",
        "gru": f"MSE {table['gru']['metric']:.4g} on held-out data, {table['gru']['parameters']:,} parameters",
        "always 1": f"MSE {table['always 1']['metric']:.4g} on held-out data, a simple rule",
    }
    for name, value in facts.items():
        assert f"<dt>{name}</dt><dd>{value}</dd>" in text
    assert html.escape(comparison.sessions["rnn"].task.source) in text


def test_a_moment_names_its_step_and_no_one_models_loss(make_comparison: Maker, tmp_path: Path) -> None:
    comparison = make_comparison("rnn", "gru")
    comparison.train(3)
    page = Page(comparison.save_replay(tmp_path / "run.html"))
    assert json.loads(page.texts["rv-told"])["words"][0] == "step 0 of 3"


def test_the_pictures_have_the_room_that_a_comparison_gives_them(make_comparison: Maker, tmp_path: Path) -> None:
    comparison = make_comparison("rnn", "gru")
    comparison.train(2)
    page = Page(comparison.save_replay(tmp_path / "run.html"))
    assert [attrs["class"] for tag, attrs in page.tags if tag == "main"] == ["rv-lab rv-compare"]
    assert [attrs["data-view"] for _, attrs in page.tags if "data-view" in attrs] == [
        "input",
        "hidden",
        "gradients",
        "scores",
        "curves",
    ]


def test_the_page_asks_for_nothing_and_its_script_cannot_end_its_own_element(
    make_comparison: Maker, tmp_path: Path
) -> None:
    comparison = make_comparison("rnn", "gru")
    comparison.train(2)
    path = comparison.save_replay(tmp_path / "run.html")
    text, page = path.read_text(encoding="utf-8"), Page(path)
    assert [value for _, attrs in page.tags for name, value in attrs.items() if name in {"src", "href"}] == ["data:,"]
    assert text.count("<script") == text.count("</script>") == 5
    assert "<!--" not in text


def test_names_from_a_task_and_its_rules_add_no_element(make_comparison: Maker, tmp_path: Path) -> None:
    class Ruled(Echo):
        def baselines(self) -> dict[str, float]:
            return {self.name: 0.5}

    plain, hostile = Ruled(), Ruled()
    hostile.name = hostile.source = hostile.metric_name = "".join(HOSTILE)
    pages = []
    for number, task in enumerate((plain, hostile)):
        comparison = make_comparison("rnn", "gru", task=task, seq_len=6)
        comparison.train(2)
        pages.append(Page(comparison.save_replay(tmp_path / f"{number}.html")))
    assert pages[0].tags == pages[1].tags
    assert "".join(HOSTILE) in pages[1].texts["title"]


def test_four_models_as_large_as_usual_fit_in_8_mb(tmp_path: Path) -> None:
    comparison = rv.compare(["rnn", "gru", "lstm", {"bidirectional": True}], seed=0, device="cpu", steps=64)
    comparison.train(64)  # as many moments as a whole run keeps
    assert comparison.save_replay(tmp_path / "run.html").stat().st_size < 8_000_000
    comparison.close()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"path": "{}/run.htm5"}, ValueError, "path must end in .html"),
        ({"sample": 8}, ValueError, "sample must be from 0 to 7, got 8"),
        ({"views": ["memory"]}, ValueError, r"views must hold names \(input, hidden"),
        ({"views": ["prediction"]}, ValueError, "views names 'prediction', which this run has nothing to draw in"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_a_sentence(
    make_comparison: Maker, tmp_path: Path, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    comparison = make_comparison("rnn", "gru")
    comparison.train(2)
    path = arguments.get("path", "{}/run.html").format(tmp_path)
    with pytest.raises(error, match=words):
        comparison.save_replay(**{**arguments, "path": path})
    assert list(tmp_path.iterdir()) == []


def test_there_is_nothing_to_replay_before_training(make_comparison: Maker, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="nothing to replay yet; train first"):
        make_comparison().save_replay(tmp_path / "run.html")
