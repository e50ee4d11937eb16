"""Starting JupyterLab: what it is told, whose exit code comes back, what stops it, and a real, protected server."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnviz.cli import lab
from tests.servers import free_port, stand_in, taken_port, taken_port_words

PRETENDER = "import sys\nprint('JupyterLab got', sys.argv[1:])\nsys.exit(CODE)\n"


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a module that stands where JupyterLab would be and exits with 7."""
    return stand_in("jupyterlab", PRETENDER.replace("CODE", "7"), tmp_path, monkeypatch)


def _start(directory: Path, *, browser: bool = True, port: int | None = None, passed_on: tuple[str, ...] = ()) -> int:
    return lab.main(directory, browser=browser, port=port, passed_on=passed_on)


def test_jupyterlab_serves_the_folder_and_opens_the_first_chapter(
    pretend: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _start(Path("desk"), passed_on=("--debug",))
    out = capsys.readouterr().out
    assert out.startswith("Your chapters are in desk\n")
    assert f"--ServerApp.root_dir={tmp_path / 'desk'}" in out
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in out
    assert "--no-browser" not in out
    assert "port" not in out
    assert out.endswith("'--debug']\n")


def test_a_chosen_port_is_the_only_one_tried(pretend: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    _start(tmp_path / "desk", browser=False, port=port)
    out = capsys.readouterr().out
    assert f"'--no-browser', '--ServerApp.port={port}', '--ServerApp.port_retries=0'" in out


def test_nothing_the_server_protects_itself_with_is_turned_off() -> None:
    options = lab.server_options(Path("/desk"), "00.ipynb", browser=False, port=1)
    assert not [word for word in options if "token" in word or "xsrf" in word or "password" in word]


@pytest.mark.parametrize(("code", "returned"), [("7", 7), ("0", 0), ("None", 0), ("'Something broke.'", 1)])
def test_the_exit_code_is_jupyterlabs(pretend: Path, tmp_path: Path, code: str, returned: int) -> None:
    pretend.write_text(PRETENDER.replace("CODE", code))
    assert _start(tmp_path / "desk") == returned


def test_a_busy_port_is_one_sentence_and_copies_nothing(
    pretend: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with taken_port() as port:
        assert _start(tmp_path / "desk", port=port) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == taken_port_words("lab", port)
    assert not (tmp_path / "desk").exists()


def test_a_folder_that_is_a_file_is_one_sentence(
    pretend: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "desk").touch()
    assert _start(tmp_path / "desk") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"rnnviz lab: {tmp_path / 'desk'} is a file; name a folder for your chapters: rnnviz lab DIR\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(
    pretend: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert _start(tmp_path / "file" / "desk") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_missing_jupyterlab_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    assert _start(tmp_path / "desk") == 2
    said = capsys.readouterr().err
    assert said == "rnnviz lab: JupyterLab is not installed; install it with: pip install 'rnnviz[chapters]'\n"
    assert not (tmp_path / "desk").exists()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the real thing; return the process and its address once it answers."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "rnnviz",
        "lab",
        str(tmp_path / "my desk"),
        "--no-browser",
        "--port",
        str(port),
    ]
    log = tmp_path / "log"
    with (
        log.open("wb") as stream,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            # a shell without job control starts its background jobs deaf to interrupts, and their children inherit it
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process,
    ):
        while not _answers(port):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
                pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
        yield process, f"http://127.0.0.1:{port}"
        process.kill()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_real_server_asks_for_its_token_and_refuses_forged_requests(
    server: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    _process, address = server
    with urllib.request.urlopen(f"{address}/lab/tree/00_start_here.ipynb", timeout=30) as page:
        assert page.url.startswith(f"{address}/login?next=")
    for request in (f"{address}/api/contents", urllib.request.Request(f"{address}/api/kernels", method="POST")):
        with pytest.raises(urllib.error.HTTPError, match="403") as refusal:
            urllib.request.urlopen(request, timeout=30)
        refusal.value.close()
    assert (tmp_path / "my desk" / "00_start_here.ipynb").is_file()


def test_an_interrupt_reaches_the_real_server_and_ends_it(server: tuple[subprocess.Popen[bytes], str]) -> None:
    process, _ = server
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) == 0
