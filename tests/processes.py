"""Code that runs in a new Python, so that nothing is imported yet."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def printed_by(code: str) -> str:
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return answer.stdout.strip()
