"""The bench of a lab in a browser: how its figures come from what the page has noted, and what it says it needs."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from rnnviz.bench.command import main
from rnnviz.bench.instruments import browser, revision
from rnnviz.bench.measures.opening import stages
from rnnviz.bench.measures.screen import rows

MOMENTS = {"run": 1000, "kernel": 1100, "import": 3100, "made": 3600, "widget": 3700, "plotly": 4100, "lab": 4300}
SEEN = {
    "seconds": 2.0,
    "shown": ["hidden", "gradients", "answer"],
    "drawn": {"hidden": 40, "gradients": 18},
    "anew": {"hidden": 40, "gradients": 10},
    "worked": 1.0,
    "sizes": {"hidden": [4224, 900], "gradients": [2112, 1100]},
    "late": [float(ms) for ms in range(101)],
    "bytes": 80_000,
}
PEERS = {"seconds": 4.0, "drawn": {"figurewidget": 20}, "worked": 2.0}
SIGHT = {"knobs": 6, "height": 640.0, "tracks": [150.0, 148.0]}


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    answer = subprocess.run(["git", "-C", str(folder), *who, *words], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two revisions, in which this package is said to lie."""
    place = tmp_path / "repository"
    place.mkdir()
    git(place, "init", "--quiet", "--initial-branch=main")
    for words in ("old", "new"):
        place.joinpath("words").write_text(words)
        git(place, "add", "words")
        git(place, "commit", "--quiet", "--message", words)
    monkeypatch.setattr(revision, "_ROOT", place)
    return place


def measured(**more: Any) -> dict[str, Any]:
    return {str(what): value for what, value, _ in rows(SEEN | more, PEERS, [50.0, 60.0, 90.0], SIGHT)}


def test_the_stages_add_up_to_the_whole_and_none_takes_less_than_no_time() -> None:
    found = stages({**MOMENTS, "picture": 4900, "pictures": 5000})
    assert sum(found.values()) == pytest.approx((5000 - 1000) / 1e3)
    assert min(found.values()) >= 0
    assert found["import"] == pytest.approx(2.0)
    assert found["plotly"] == 0.0  # it was read while the page was putting the lab together
    assert found["picture"] == pytest.approx(0.6)


def test_pictures_are_counted_by_the_second_and_compared_with_the_others() -> None:
    found = measured()
    assert found["pictures a second: hidden"] == 20.0
    assert found["pictures a second: gradients"] == 9.0
    assert found["pictures a second: answer"] == 0.0  # shown, and not drawn once
    assert found["pictures a second, all"] == 29.0
    assert found["pictures drawn anew a second"] == 25.0
    assert found["the same as FigureWidgets"] == 5.0
    assert found["ratio of the two"] == 5.0
    assert found["kB received a picture of the one drawn most"] == 2.0


def test_the_pages_work_is_told_for_a_picture_that_has_changed() -> None:
    found = measured()
    assert found["the page's work for a picture, ms"] == 20.0
    assert found["the same as a FigureWidget, ms"] == 100.0
    assert found["FigureWidget ÷ ours"] == 5.0


def test_every_pictures_share_of_a_frame_is_told() -> None:
    found = measured()
    assert found["bytes of a whole frame: hidden"] == "4,224 + 900"
    assert found["bytes of a whole frame: gradients"] == "2,112 + 1,100"


def test_lateness_is_told_by_its_quantiles_and_a_knob_by_its_median() -> None:
    found = measured()
    assert found["lateness of the page while it plays, ms, median"] == 50.0
    assert found["lateness of the page while it plays, ms, 95 of 100"] == 95.0
    assert found["knob to picture, paused, ms"].median == 60.0


def test_a_page_that_has_drawn_nothing_is_reported_as_such() -> None:
    assert measured(drawn={}, anew={}, late=[])["pictures a second, all"] == 0.0


def test_a_lab_without_a_slider_has_no_narrowest_one() -> None:
    found = {what: value for what, value, _ in rows(SEEN, PEERS | {"drawn": {}}, [1.0], SIGHT | {"tracks": []})}
    assert found["width of the narrowest slider's track, px"] == "–"
    assert found["ratio of the two"] == "–"


@pytest.mark.parametrize("package", ["playwright", "jupyterlab"])
def test_without_a_package_it_needs_it_says_which_and_how_to_get_it(
    package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "find_spec", lambda name: None if name == package else object())
    with pytest.raises(SystemExit):
        main(["screen"])
    said = " ".join(capsys.readouterr().err.split())
    assert f"the part screen needs {package}; install what it needs with: pip install 'rnnviz[test]'." in said


def test_without_chromium_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(browser, "find_spec", lambda name: object())
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit):
        main(["screen"])
    assert "needs Chromium; install it" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("words", [["--against", "HEAD"], ["capture", "--against", "HEAD"]])
def test_another_part_has_nothing_to_set_a_revision_against(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert "rnnviz bench screen --against REVISION" in capsys.readouterr().err


def test_a_revision_that_is_not_there_is_refused_by_name(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rnnviz.bench.command.missing", lambda: "")
    with pytest.raises(SystemExit):
        main(["screen", "--against", "elsewhere"])
    assert "got 'elsewhere'" in capsys.readouterr().err


def test_outside_a_repository_no_revision_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "_ROOT", tmp_path)
    with pytest.raises(ValueError, match="must name a revision of the git repository that this package lies in"):
        revision.named("HEAD")


def test_a_revision_is_laid_out_and_removed_whatever_happens(repository: Path) -> None:
    old = git(repository, "rev-parse", "HEAD~1")
    places: list[Path] = []

    def look() -> None:
        with revision.laid_out("HEAD~1") as place:
            places.append(place)
            raise KeyError(place.joinpath("words").read_text())

    with pytest.raises(KeyError, match="old"):
        look()
    assert not places[0].exists()
    assert git(repository, "worktree", "list").count("\n") == 0
    assert repository.joinpath("words").read_text() == "new"
    assert revision.named("HEAD~1") == old
