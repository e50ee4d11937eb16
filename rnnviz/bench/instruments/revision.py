"""An earlier revision of this package, laid out in a folder for as long as something is measured with it."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["laid_out", "named"]

_ROOT = Path(__file__).parents[3]


def named(revision: str) -> str:
    """Return a revision's full name.

    Raises
    ------
    ValueError
        If this package lies in no git repository, or that has no such revision.
    """
    words = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    try:
        return _git(*words).strip()
    except (subprocess.CalledProcessError, FileNotFoundError):
        raise ValueError(
            f"against must name a revision of the git repository that this package lies in, got {revision!r}."
        ) from None


@contextmanager
def laid_out(revision: str) -> Iterator[Path]:
    """Give a folder with the files of this revision, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="rnnviz-revision-") as name:
        place = Path(name) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(place), named(revision))
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git(*words: str) -> str:
    return subprocess.run(["git", "-C", str(_ROOT), *words], capture_output=True, text=True, check=True).stdout
