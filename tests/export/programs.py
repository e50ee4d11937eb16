"""Programs run as a learner runs them, each in a process of its own; torch is loaded once where one can be copied."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Run = Callable[[str, Path], list[str]]
PYTHON = [sys.executable, "-I", "-X", "utf8", "-W", "error"]
# Reads folders, and runs the program in each in a copy of itself that has imported nothing but what it starts with.
COPIES = """
import os, runpy, sys, traceback, warnings
import torch, torch._dynamo  # which an optimizer's first step would load

for line in sys.stdin:
    with warnings.catch_warnings(action="ignore"):  # a Python with threads warns before it is copied
        child = os.fork()
    if child == 0:
        os.chdir(line.rstrip("\\n"))
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        try:
            runpy.run_path("program.py", run_name="__main__")
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    os.waitpid(child, 0)
    print("done", flush=True)
"""


def printed(program: str, folder: Path) -> list[str]:
    """Run a program in a new Python, and return the lines that it prints; it complains of nothing."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    answer = subprocess.run([*PYTHON, "program.py"], capture_output=True, text=True, cwd=folder, timeout=120)
    assert answer.stderr == ""
    return answer.stdout.splitlines()


@contextmanager
def copies() -> Iterator[Run]:
    """Start a Python that loads torch; what is yielded does as `printed` in copies of it."""
    if not hasattr(os, "fork"):
        yield printed
        return
    with subprocess.Popen([*PYTHON, "-c", COPIES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as python:
        assert python.stdin is not None
        assert python.stdout is not None

        def run(program: str, folder: Path) -> list[str]:
            (folder / "program.py").write_text(program, encoding="utf-8")
            print(folder, file=python.stdin, flush=True)
            assert python.stdout.readline() == "done\n"
            assert (folder / "err").read_text(encoding="utf-8") == ""
            return (folder / "out").read_text(encoding="utf-8").splitlines()

        yield run
        python.stdin.close()
