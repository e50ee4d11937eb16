"""Nothing is fetched or told to anybody unless the learner asks for data: it all works with every socket shut."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

SHUT = """
import os, socket, sys

def shut(*arguments, **options):
    os.write(2, b"the network was asked")  # whoever catches the error does not hide it
    raise AssertionError(f"the network was asked: {arguments!r}")

for name in ("connect", "connect_ex", "sendto", "bind", "listen"):
    setattr(socket.socket, name, shut)
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = shut
sys.addaudithook(lambda event, arguments: shut(event) if event in {"socket.connect", "socket.getaddrinfo"} else None)
"""
CODE = {
    "a lab, its program and its replay": """
import rnnviz as rv
lab = rv.Lab(task="adding", hidden_size=4, seq_len=8, seed=0, device="cpu")
lab.train(3)
lab.play()
lab.pause()
lab.evaluate(), lab.code(), lab.figure("hidden")
lab.save_replay(sys.argv[1] + "/run.html")
lab.close()
""",
    "a trace, and every task whose data come with a package": """
import torch
import rnnviz as rv
rv.trace(torch.nn.GRU(2, 3, batch_first=True), torch.ones(1, 4, 2), loss=lambda out: out[0].sum())
from rnnviz.tasks import registry
for name in registry.KNOWN:
    registry.make(name)
""",
    "what the commands say": """
from rnnviz.cli import main
main(["doctor"])
assert main(["class", "report", sys.argv[1]]) == 0
assert main(["progress", sys.argv[1]]) == 0
assert main(["data", "list"]) == 0
""",
}


def _run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SHUT + code, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("what", CODE)
def test_it_works_without_a_network(what: str, tmp_path: Path) -> None:
    answer = _run(CODE[what], tmp_path)
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert "the network was asked" not in answer.stderr


def test_what_asks_for_data_does_ask_the_network(tmp_path: Path) -> None:
    code = "import os; os.environ['XDG_CACHE_HOME'] = sys.argv[1]\nfrom rnnviz.cli import main\n"
    code += "main(['data', 'get', 'reviews'])"
    answer = _run(code, tmp_path)
    assert "the network was asked" in answer.stderr
