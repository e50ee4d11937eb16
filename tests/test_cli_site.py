"""``rnnviz site``: what cannot be built is said in one sentence, before anything is run."""

import os
from pathlib import Path

import pytest

from rnnviz.cli import main
from rnnviz.site import building


def _refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["site", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("rnnviz site: ")
    assert told.err.count("\n") == 1
    return told.err


def test_help_tells_what_is_built_and_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["site", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for words in ("static pages", "--chapters", "--replays", "--stored", "--keep", "pip install 'rnnviz[site]'"):
        assert words in said


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert f"{tmp_path} holds something already" in _refused(capsys, str(tmp_path))
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("")
    assert "is a file" in _refused(capsys, str(tmp_path / "out"))


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "out"
    assert f"{out} cannot be written ({os.strerror(20)})" in _refused(capsys, str(out))


@pytest.mark.parametrize("option", ["--chapters", "--replays"])
def test_a_chapter_that_there_is_not_is_named_beside_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    said = _refused(capsys, str(tmp_path / "out"), option, "03,77")
    assert "there is no chapter '77'" in said
    assert "00, 01, 02" in said


def test_a_missing_package_is_named_with_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "PACKAGES", {"no_such_module": "no-such-package"})
    said = _refused(capsys, str(tmp_path / "out"))
    assert "no-such-package" in said
    assert "pip install 'rnnviz[site]'" in said
    assert not (tmp_path / "out").exists()
