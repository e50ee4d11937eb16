"""One lab as a page: what the server is told, what stops it, and that the page is of the lab that was asked for."""

import json
from pathlib import Path

import pytest

from rnnviz.cli import demo, main
from tests.servers import free_port, stand_in, taken_port, taken_port_words

PRETENDER = "import pathlib, sys\nprint(pathlib.Path(sys.argv[1]).read_text())\nprint(sys.argv[2:])\nsys.exit(7)\n"


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a module where Voilà would be; it shows what it was given and exits with 7."""
    stand_in("voila", PRETENDER, tmp_path, monkeypatch)


@pytest.mark.usefixtures("pretend")
def test_the_page_is_one_cell_with_the_lab_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--task", "adding", "--cell", "gru", "--no-browser"]) == 7
    first, notebook, options = capsys.readouterr().out.splitlines()
    assert first == "A lab on the task adding with the cell gru is being made; its address follows. Ctrl-C ends it."
    (cell,) = json.loads(notebook)["cells"]
    assert cell["source"] == "import rnnviz as rv\nrv.Lab(task='adding', cell='gru')"
    assert "'--no-browser'" in options
    assert "port" not in options


@pytest.mark.usefixtures("pretend")
def test_nobody_sees_it_without_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    main(["demo", "--task", "adding"])
    assert "'--token'" in capsys.readouterr().out


@pytest.mark.usefixtures("pretend")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--task", "juggling"], "juggling"),
        (["--cell", "transistor"], "transistor"),
    ],
)
def test_a_lab_that_cannot_be_is_one_sentence_before_any_server(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("rnnviz demo: ")
    assert said in told.err
    assert told.err.count("\n") == 1


@pytest.mark.usefixtures("pretend")
def test_a_busy_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with taken_port() as port:
        assert main(["demo", "--port", str(port)]) == 2
    assert capsys.readouterr().err == taken_port_words("demo", port)


@pytest.mark.usefixtures("pretend")
def test_a_chosen_port_is_the_only_one_tried(capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    main(["demo", "--port", str(port)])
    assert f"'--port={port}', '--Voila.port_retries=0'" in capsys.readouterr().out


def test_a_missing_server_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == (
        "rnnviz demo: Voilà, which serves the page, is not installed; install it with: pip install 'rnnviz[demo]'\n"
    )
