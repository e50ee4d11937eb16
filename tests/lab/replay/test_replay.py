"""One file that plays a run: what is in it, what is not, and what cannot be asked of it."""

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.lab.replay.form import Form
from rnnviz.lab.replay.frames import PIXELS, PackedFrames, replay_frames
from rnnviz.lab.replay.page import Header, embedded, replay_page
from rnnviz.views import VIEWS, Focus
from tests.lab.browser import LabMaker
from tests.lab.replay.pages import HOSTILE, Page
from tests.training.examples import Echo

pytestmark = pytest.mark.timeout(120)


def test_every_kept_moment_is_in_the_file_with_its_numbers(make_lab: LabMaker, tmp_path: Path) -> None:
    lab = make_lab(steps=320)
    lab.train(22)
    page = Page(lab.save_replay(tmp_path / "run.html", sample=2))
    steps = [frame["step"] for frame in page.index["frames"]]
    assert steps == [0, 5, 10, 15, 20, 22]
    for frame, step in enumerate(steps):
        truth = lab.figure("hidden", step=step, sample=2).data[0].z
        assert np.abs(page.states(frame) - truth).max() <= 1 / 254 + 1e-6


def test_the_header_says_what_was_trained_on_what(make_lab: LabMaker, tmp_path: Path) -> None:
    lab = make_lab(cell="gru", lr=0.02, clip=None)
    lab.train(3)
    page = Page(lab.save_replay(str(tmp_path / "run.html")))
    assert page.texts["title"].strip() == "GRU with 4 units on adding, 3 steps"
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    for name, value in (("learning rate", "0.02"), ("clip at", "–"), ("cell", "GRU"), ("read both ways", "no")):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in text
    assert html.escape(lab.task.source) in text
    assert "step 0 of 3" in json.loads(page.texts["rv-told"])["words"][0]


def test_the_page_asks_for_nothing_from_anywhere(make_lab: LabMaker, tmp_path: Path) -> None:
    lab = make_lab()
    lab.train(2)
    page = Page(lab.save_replay(tmp_path / "run.html"))
    places = [value for _, attrs in page.tags for name, value in attrs.items() if name in {"src", "href"}]
    assert places == ["data:,"]
    [policy] = [attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_the_script_of_the_page_cannot_end_its_own_element(make_lab: LabMaker, tmp_path: Path) -> None:
    lab = make_lab()
    lab.train(2)
    text = lab.save_replay(tmp_path / "run.html").read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script>") == 5
    assert "<!--" not in text


@pytest.mark.parametrize("words", HOSTILE)
def test_embedded_json_means_the_same_and_holds_no_markup(words: str) -> None:
    text = embedded({words: [words]})
    assert json.loads(text) == {words: [words]}
    assert not re.search("[<>&\u2028\u2029]", text)


def test_names_from_a_task_add_no_element(make_lab: LabMaker, tmp_path: Path) -> None:
    plain, hostile = Echo(), Echo()
    hostile.name = hostile.source = hostile.metric_name = "".join(HOSTILE)
    pages = []
    for number, task in enumerate((plain, hostile)):
        lab = make_lab(task)
        lab.train(2)
        pages.append(Page(lab.save_replay(tmp_path / f"{number}.html")))
    assert pages[0].tags == pages[1].tags
    assert "".join(HOSTILE) in pages[1].texts["title"]


def test_equal_arrays_are_kept_once(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(3)
    taken = replay_frames([lab.snapshot()], {"hidden": VIEWS["hidden"], "again": VIEWS["hidden"]}, Focus())
    assert len(PackedFrames.of(taken * 5).data) == len(PackedFrames.of(taken).data) < len(taken[0].data)


def test_a_picture_is_no_finer_than_its_pixels(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", hidden_size=700, steps=10**6)
    [replay_frame] = replay_frames([lab.snapshot()], {"hidden": VIEWS["hidden"]}, Focus())
    states = next(part for part in replay_frame.message["parts"] if part["key"] == "z")
    assert states["shape"] == [-(-700 // -(-700 // PIXELS[1])), 8]


def test_moments_are_left_out_evenly_until_the_file_fits(make_lab: LabMaker) -> None:
    lab = make_lab(steps=64)
    lab.train(40)
    moments, views = lab._console.moments(), {"hidden": VIEWS["hidden"]}
    whole = replay_page(moments, views, Focus(), Header("run"))
    two = replay_page(moments[:: len(moments) - 1], views, Focus(), Header("run"))
    room = (len(whole) + len(two)) // 2
    smaller = replay_page(moments, views, Focus(), Header("run"), Form(room=room))
    assert len(smaller.encode()) <= room
    said = json.loads(re.search(r'id="rv-told">(.*?)</script>', smaller)[1])["words"]
    steps = [int(re.match(r"step (\d+)", one)[1]) for one in said]
    assert (steps[0], steps[-1]) == (0, 40)
    assert 2 < len(steps) < 41
    assert np.ptp(np.diff(steps)) <= 1
    with pytest.raises(ValueError, match=r"two moments take \d\.\d MB, more than 0\.1; name fewer views"):
        replay_page(moments, views, Focus(), Header("run"), Form(room=100_000))


def test_a_default_run_fits_in_8_mb(tmp_path: Path) -> None:
    lab = rv.Lab(seed=0, device="cpu", steps=64)
    lab.train(64)  # as many moments as a whole run keeps
    assert lab.save_replay(tmp_path / "run.html").stat().st_size < 8_000_000


def test_chosen_pictures_come_in_the_chosen_order_the_strips_before_the_column_beside_them(
    make_lab: LabMaker, tmp_path: Path
) -> None:
    lab = make_lab()
    lab.train(2)
    page = Page(lab.save_replay(tmp_path / "run.html", views=["curves", "gates", "hidden"]))
    assert [attrs["data-view"] for _, attrs in page.tags if "data-view" in attrs] == ["gates", "hidden", "curves"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"path": 3}, TypeError, "path must be a file name such as 'run.html', got 3"),
        ({"path": "{}/run.htm5"}, ValueError, "path must end in .html"),
        ({"path": "{}"}, IsADirectoryError, "path must name a file"),
        ({"path": "{}/none/run.html"}, FileNotFoundError, "path must lie in a folder that exists"),
        ({"sample": 8}, ValueError, "sample must be from 0 to 7, got 8"),
        ({"smaple": 1}, TypeError, "save_replay has no argument 'smaple'; besides path and views it has sample"),
        ({"views": ["hiden"]}, ValueError, r"views must hold names \(input, hidden"),
        ({"views": []}, ValueError, "views must name at least one picture"),
        ({"views": ["prediction"]}, ValueError, "views names 'prediction', which this run has nothing to draw in"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_a_sentence(
    make_lab: LabMaker, tmp_path: Path, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    lab = make_lab()
    lab.train(2)
    path = arguments.get("path", "{}/run.html")
    path = path.format(tmp_path) if isinstance(path, str) else path
    with pytest.raises(error, match=words):
        lab.save_replay(**{**arguments, "path": path})
    assert list(tmp_path.iterdir()) == []


def test_there_is_nothing_to_replay_before_training(make_lab: LabMaker, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="nothing to replay yet; train first"):
        make_lab().save_replay(tmp_path / "run.html")


def watched(lengths: list[int]) -> tuple[rv.lab.Watch, list[np.ndarray]]:
    """A loop over sequences of these lengths; what its layer's first sequence did at each step."""
    torch.manual_seed(0)
    model, truth = nn.GRU(3, 4, batch_first=True), []
    with rv.watch(model, every=1) as w:
        for length in lengths:
            loss = model(torch.randn(5, length, 3))[0].square().mean()
            model.zero_grad()
            loss.backward()
            w.step(loss=loss)
            truth.append(w.trace.layers["gru"].hidden[0, 0, 0].T)
    return w, truth


def test_a_watched_loop_is_saved_with_the_numbers_of_each_step(tmp_path: Path) -> None:
    w, truth = watched([6] * 5)
    page = Page(w.save_replay(tmp_path / "loop.html"))
    assert page.texts["title"].strip() == "gru: GRU with 4 units in a watched loop, 5 steps"
    assert [frame["step"] for frame in page.index["frames"]] == [1, 2, 3, 4, 5]
    for frame, states in enumerate(truth):
        assert np.abs(page.states(frame) - states).max() <= 1 / 254 + 1e-6


def test_a_watched_loop_may_change_its_shapes_on_the_way(tmp_path: Path) -> None:
    w, truth = watched([6, 9, 9, 4])
    page = Page(w.save_replay(tmp_path / "loop.html"))
    runs = [frame["run"] for frame in page.index["frames"]]
    assert runs[0] != runs[1] == runs[2] != runs[3]
    assert [page.states(frame).shape for frame in range(4)] == [states.shape for states in truth]
    assert set(page.index["specs"]) == {str(run) for run in runs}


def test_a_long_watched_loop_is_thinned_and_bounded() -> None:
    w, _ = watched([3] * 250)
    moments = w._recordings.until("gru", w._watcher.snapshot())
    steps = [one.step for one in moments]
    assert (steps[0], steps[-1]) == (1, 250)
    assert len(steps) <= 97
    assert len(set(np.diff(steps[:-1]))) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"module": "lstm"}, "module must be one of gru, got 'lstm'"),
        ({"layer": 1}, "layer must be 0, there is only one"),
        ({"views": ["prediction"]}, r"views must hold names \(hidden, gates, gradients, curves, trajectory\)"),
    ],
)
def test_what_a_watch_cannot_save_is_refused(tmp_path: Path, arguments: dict[str, Any], words: str) -> None:
    w, _ = watched([6] * 3)
    with pytest.raises(ValueError, match=words):
        w.save_replay(tmp_path / "loop.html", **arguments)


def test_a_plain_rnn_is_saved_without_the_gates_that_it_has_not(tmp_path):
    lab = rv.Lab("adding", cell="rnn", hidden_size=3, seq_len=6, seed=0, device="cpu", steps=64)
    lab.train(4)
    page = lab.save_replay(tmp_path / "run.html").read_text()
    assert "rv-view-hidden" in page
    assert "rv-view-gates" not in page
    with pytest.raises(ValueError, match="views names 'gates'"):
        lab.save_replay(tmp_path / "run.html", views=["hidden", "gates"])
    lab.close()
