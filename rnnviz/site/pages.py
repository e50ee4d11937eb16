"""A chapter as its page shows it: a notebook whose outputs are replays, figures, questions and checks."""

import base64
import copy
import html
import json
import re
from collections.abc import Collection
from typing import Any

import nbformat

from rnnviz.i18n import t
from rnnviz.live.library import suffices
from rnnviz.site.keeping import Ran
from rnnviz.site.questions import check_card, predict_card, reveal_card
from rnnviz.site.reading import Chapter, asked_in, checked_in, live_in, revealed_in
from rnnviz.site.scenes import scene_of

__all__ = ["fullest_still", "page_of"]

_LINK = re.compile(r"\[([^\]]+)\]\((\d\d_\w+)\.ipynb(#[^)]*)?\)")
_WIDGET, _PLOTLY = "application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json"


def page_of(chapter: Chapter, ran: Ran, built: Collection[str]) -> Any:
    """Return the notebook that Sphinx is given.

    Parameters
    ----------
    chapter : Chapter
        As it is stored.
    ran : Ran
        What running it gave.
    built : collection of str
        The names of the chapters that have a page; what leads to others is plain text.
    """
    asked: dict[str, str] = {}
    cells = []
    for stored in chapter.book.cells:
        cell = copy.deepcopy(stored)
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(lambda link: link[0] if link[2] in built else link[1], cell.source)
            if re.fullmatch(r"#+ Solution", cell.source.strip()):
                continue  # what folds it says so
        elif cell.cell_type == "code":
            asked |= asked_in(cell.source)
            _fill(cell, chapter, ran, asked)
            _fold(cell)
        cells.append(cell)
    cells.insert(1, nbformat.v4.new_markdown_cell(_here(chapter), id="here"))
    kernel = {"name": "python3", "display_name": "Python 3"}
    # the lexer is what colours the code
    named = {"kernelspec": kernel, "language_info": {"name": "python", "pygments_lexer": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=named)


def fullest_still(chapter: Chapter) -> bytes | None:
    """Return of the pictures that the chapter keeps of labs, as PNG, the one with most in it."""
    outputs = [output.get("data", {}) for cell in chapter.code() for output in cell.outputs]
    found = [base64.b64decode(data["image/png"]) for data in outputs if "image/png" in data]
    return max(found, key=len, default=None)


def _here(chapter: Chapter) -> str:
    """What the page can do, and how to come to what it cannot."""
    words = html.escape(t("site.page.here", file=chapter.path.name), quote=False)
    return '<p class="rv-here">' + re.sub(r"`([^`]+)`", r"<code>\1</code>", words) + "</p>"


def _fill(cell: Any, chapter: Chapter, ran: Ran, asked: dict[str, str]) -> None:
    """Put into a cell what its page shows below the code."""
    solution = "solution" in cell.metadata.get("tags", [])
    reveals = revealed_in(cell.source, asked)
    outputs = [kept for output in ran.outputs.get(cell.id, cell.outputs) for kept in _kept(output)]
    if reveals:
        # what it prints would give the answer away; other lines are the experiment's
        outputs = [one for one in outputs if one.output_type != "stream"] if cell.id in ran.outputs else []
    exercise = None if solution else checked_in(cell.source)
    if exercise:
        outputs = []
    if live_in(cell.source):
        outputs = _lab(cell, chapter, ran, outputs)
    for id in asked_in(cell.source).values():
        outputs = [one for one in outputs if one.output_type == "stream"] + [_html(predict_card(id))]
    outputs += [_html(reveal_card(reveal.id, ran.told.get(reveal.id))) for reveal in reveals]
    if exercise:
        outputs.append(_html(check_card(exercise)))
    cell.outputs, cell.execution_count = outputs, None
    alts = [found for one in outputs if (found := one.get("metadata", {}).get("image/png", {}).get("alt"))]
    if alts:
        cell.metadata["mystnb"] = {"image": {"alt": alts[0]}}


def _lab(cell: Any, chapter: Chapter, ran: Ran, outputs: list[Any]) -> list[Any]:
    """What stands for a lab: its replay, or its still."""
    if cell.id not in ran.replays:
        return outputs
    address = f"replays/{chapter.number}-{cell.id}.html"
    words = html.escape(t("site.replay"), quote=True)
    frame = f'<iframe class="rv-replay" src="{address}" title="{words}" loading="lazy"></iframe>'
    turned = [one for one in scene_of(chapter.number, cell.id) if one.knobs]
    for before, one in zip(scene_of(chapter.number, cell.id), turned, strict=False):
        knobs = ", ".join(f"{t(f'knob.{name}')}: {value}" for name, value in one.knobs.items())
        frame += f'<p class="rv-caption">{html.escape(t("site.turned", step=before.until, knobs=knobs))}</p>'
    return [one for one in outputs if one.output_type == "stream"] + [_html(frame)]


def _kept(output: Any) -> list[Any]:
    """What of an output a page without a kernel can show."""
    if output.output_type == "stream":
        return [output] if output.name == "stdout" and output.text.strip() else []
    data = output.get("data", {})
    if _PLOTLY in data:
        figure = json.dumps({key: data[_PLOTLY].get(key) for key in ("data", "layout")}, separators=(",", ":"))
        return [_html(_data("rv-plotly", figure, "small" if suffices(data[_PLOTLY].get("data", [])) else "whole"))]
    shows = next((mime for mime in ("text/html", "image/svg+xml", "image/png", "text/plain") if mime in data), None)
    if _WIDGET in data:
        return [_html(f'<p class="rv-kernel">{html.escape(t("site.widget"))}</p>')]
    if shows is None:
        return []
    output.data = {shows: data[shows]}
    return [output]


def _data(kind: str, text: str, library: str) -> str:
    """An element that the page's script fills."""
    held = text.replace("<", r"\u003c")
    return f'<div class="{kind}" data-library="{library}"><script type="application/json">{held}</script></div>'


def _html(markup: str) -> Any:
    return nbformat.v4.new_output("display_data", {"text/html": markup})


def _fold(cell: Any) -> None:
    """Fold what a notebook folds."""
    tags = list(cell.metadata.get("tags", []))
    if "solution" in tags:
        tags.append("hide-cell")
        cell.metadata["mystnb"] = cell.metadata.get("mystnb", {}) | {
            "code_prompt_show": t("site.solution"),
            "code_prompt_hide": t("site.solution"),
        }
    elif cell.metadata.get("jupyter", {}).get("source_hidden"):
        tags.append("hide-input")
    cell.metadata["tags"] = tags
