"""Saving: what a replay is asked for, checked, and what its header says."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rnnviz import files
from rnnviz.i18n import keys, t
from rnnviz.lab.controls.options import views_among
from rnnviz.lab.replay.page import Header, replay_page
from rnnviz.lab.screen.grid import drawable
from rnnviz.lab.tools.results import results
from rnnviz.tasks import Task
from rnnviz.training import Settings, Snapshot
from rnnviz.views import Focus, View

__all__ = ["checked_path", "comparison_header", "lab_header", "save", "watch_header"]


def checked_path(path: Any) -> Path:
    """Return where a page can be written.

    Raises
    ------
    TypeError
        If it is no path.
    ValueError
        If it does not end in ``.html``.
    IsADirectoryError, FileNotFoundError
        If it is a folder, or lies in one that does not exist.
    """
    found = files.checked_path(path, "run.html")
    if os.path.isdir(found):  # unlike Path.is_dir it says no to names that are too long
        raise IsADirectoryError(f"path must name a file such as 'run.html', got the folder {files.named(found)}.")
    if found.suffix.lower() not in {".html", ".htm"}:
        raise ValueError(f"path must end in .html, so that a browser opens it, got {files.named(found)}.")
    if not os.path.isdir(found.parent):
        raise FileNotFoundError(
            f"path must lie in a folder that exists, got {files.named(found)}; make the folder first."
        )
    return found


def save(
    path: Path,
    moments: Sequence[Snapshot],
    views: Sequence[str | View] | None,
    known: Mapping[str, View],
    usual: Sequence[str],
    focus: Focus,
    header: Header,
) -> Path:
    """Write the page of a run and return where.

    Parameters
    ----------
    path : Path
        Checked.
    moments : sequence of Snapshot
        In order.
    views : sequence of str or View, optional
        What is asked for; the usual ones by default, where there is anything to draw.
    known : mapping of str to View
        What names stand for.
    usual : sequence of str
        The usual ones.
    focus : Focus
        What the pictures show.
    header : Header
        What is said above them.

    Raises
    ------
    RuntimeError
        If there is no run yet.
    TypeError, ValueError
        For views or a focus that do not exist, or views that have nothing to draw.
    OSError
        If the file cannot be written; what was there is as it was.
    """
    if len(moments) < 2:
        raise RuntimeError("there is nothing to replay yet; train first, some steps are enough.")
    last = moments[-1]
    asked = views_among(known, usual if views is None else views)
    if not asked:
        raise ValueError(f"views must name at least one picture of {', '.join(known)}.")
    # at the last moment: a picture may have nothing to draw at the first
    empty = [name for name, view in asked.items() if not drawable(view, last)]
    if empty and views is not None:
        raise ValueError(f"views names {', '.join(map(repr, empty))}, which this run has nothing to draw in.")
    page = replay_page(
        moments, {name: asked[name] for name in asked if name not in empty}, focus.checked(last.layer), header
    )
    return files.write(path, lambda file: file.write(page.encode()))


def lab_header(task: Task, settings: Settings, last: Snapshot) -> Header:
    """Return what is said of a lab's run: its first recurrent layer, its task, its settings."""
    cell, units = _value("cell", last.layer.kind), last.layer.hidden.shape[-1]
    title = t("replay.title", cell=cell, units=units, task=task.name, steps=last.step)
    return Header(title, _facts([settings]), task.source)


def comparison_header(task: Task, settings: Mapping[str, Settings], last: Snapshot) -> Header:
    """Return what is said of several models: which they are, how they ended, and their settings in that order."""
    title = t("replay.title.compared", models=t("replay.beside").join(settings), task=task.name, steps=last.step)
    ends = [(row["model"], _end(row, last)) for row in results(last)]
    return Header(title, [*ends, *_facts(list(settings.values()))], task.source, several=True)


def watch_header(module: str, last: Snapshot) -> Header:
    """Return what is said of a loop that is somebody else's."""
    kind, units = last.layer.kind, last.layer.hidden.shape[-1]
    return Header(t("replay.title.watched", module=module, kind=kind.upper(), units=units, steps=last.step))


def _facts(settings: Sequence[Settings]) -> list[tuple[str, str]]:
    """Return the settings by name; where several models differ, each one's value."""
    names = [one.name for one in fields(Settings)]
    values = {name: [_value(name, getattr(one, name)) for one in settings] for name in names}
    shown = {name: given[:1] if len(set(given)) == 1 else given for name, given in values.items()}
    return [(t(f"knob.{name}"), t("replay.beside").join(given)) for name, given in shown.items()]


def _end(row: Mapping[str, Any], last: Snapshot) -> str:
    """How a model, or a simple rule, did in the end."""
    metric = {"metric": last.metric_name, "value": f"{row['metric']:.4g}"}
    if row["parameters"] is None:
        return t("replay.rule", **metric)
    return t("replay.model", **metric, parameters=row["parameters"])


def _value(name: str, value: object) -> str:
    if value is None:
        return t("knob.untouched")
    if isinstance(value, bool):
        return t("replay.yes" if value else "replay.no")
    if isinstance(value, float):
        return f"{value:g}"
    return t(f"knob.{name}.{value}") if f"knob.{name}.{value}" in keys() else str(value)
