"""Where the learner's own code stopped: the lines of a traceback that she wrote, without those that called her."""

import sysconfig
import traceback
from pathlib import Path

from rnnviz.i18n import t

__all__ = ["own_lines"]

_DEEPEST = 5  # lines of hers at most: a function that calls itself for ever would fill the page
_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_NOT_HERS = tuple(str(Path(folder).resolve()) for folder in (*_LIBRARIES, str(Path(__file__).parents[2])))


def own_lines(error: BaseException) -> str:
    """Return the learner's lines on the way to an error, and the error, as Python would write them.

    Parameters
    ----------
    error : BaseException
        As it was caught.

    Returns
    -------
    str
        Several lines of text; empty if no line of hers was reached, as with too many arguments.

    Examples
    --------
    >>> try:
    ...     int("one")
    ... except ValueError as error:
    ...     print(own_lines(error).splitlines()[-1])
    ValueError: invalid literal for int() with base 10: 'one'
    """
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _hers(frame.filename)]
    if not frames:
        return ""
    said = [t("exercise.stopped")]
    for frame in frames[-_DEEPEST:]:
        said.append("  " + t("exercise.stopped.line", line=frame.lineno, name=frame.name))
        said.extend([f"    {frame.line}"] if frame.line else [])
    return "\n".join([*said, "".join(traceback.format_exception_only(error)).rstrip()])


def _hers(filename: str) -> bool:
    # Python's own import system; a cell is "<ipython-input…>" or a file in a temporary folder, and hers
    if filename.startswith("<frozen"):
        return False
    path = Path(filename).resolve()
    return not any(path.is_relative_to(folder) for folder in _NOT_HERS)
