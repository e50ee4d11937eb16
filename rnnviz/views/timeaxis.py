"""Words of the time axis: what stands below the score, and on the cursor's flag."""

import re
from typing import Any

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.style import visible

__all__ = ["resting_step", "time_axis"]

_MONTH = re.compile(r"(\d{4})-(\d\d)")


def time_axis(snapshot: Snapshot, sample: int) -> dict[str, Any]:
    """Return the words of one probe sequence's time axis, ready for JSON.

    Parameters
    ----------
    snapshot : Snapshot
        Whose labels they are.
    sample : int
        Which sequence.

    Returns
    -------
    dict
        ``title``, such as ``"month t"``; ``first`` and ``last``, the ends of a calendar, else empty; ``labels``: for
        each timestep what the flag says of it, or None. Of a padded sequence also ``end``, the timesteps before its
        padding, and ``padding``, what stands below that; and where the answer hangs on single timesteps ``rest``,
        the first of them.
    """
    end, steps = int(snapshot.ends[sample]), snapshot.layer.hidden.shape[3]
    ending: dict[str, Any] = {"end": end, "padding": t("score.time.padding")} if 0 < end < steps else {}
    if _key_steps(snapshot, sample):
        ending["rest"] = resting_step(snapshot, sample)
    labels = snapshot.time_labels[sample]
    if labels is None:
        return {"title": t("score.time.step"), "first": "", "last": "", "labels": None, **ending}
    if snapshot.spans[sample] is None:
        read = [t("score.time.reads", symbol=visible(one)) for one in labels[:end]]
        return {"title": t("score.time.step"), "first": "", "last": "", "labels": read, **ending}
    months = [_MONTH.fullmatch(one) for one in labels]
    said = [_said(one, month) for one, month in zip(labels, months, strict=True)]
    title = t("score.time.month") if all(months) else t("score.time.step")
    return {"title": title, "first": said[0], "last": said[-1], "labels": said, **ending}


def resting_step(snapshot: Snapshot, sample: int) -> int:
    """Return where the cursor stands before anybody has moved it: where an answer hangs on single steps, at the first.

    Of several that one lies furthest back, so what it tells is told by no other; elsewhere it is the last step.
    """
    last = (int(snapshot.ends[sample]) or snapshot.layer.hidden.shape[3]) - 1
    return min(_key_steps(snapshot, sample), default=last)


def _key_steps(snapshot: Snapshot, sample: int) -> tuple[int, ...]:
    picture = snapshot.input_pictures[sample] if snapshot.input_pictures else None
    return picture.key_steps if picture is not None else ()


def _said(label: str, month: re.Match[str] | None) -> str:
    number = int(month[2]) if month else 0
    return f"{t(f'score.time.month.{number}')} {month[1]}" if month and 1 <= number <= 12 else label
