"""Replay: one HTML file that plays a run with the live page's own code, without a kernel and without a network."""

import base64
import gzip
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

import numpy as np

from rnnviz import live
from rnnviz.i18n import t
from rnnviz.lab.controls.base import help_markup
from rnnviz.lab.replay.form import Form, asked_form
from rnnviz.lab.replay.frames import PackedFrames, ReplayFrame, replay_frames, to_json
from rnnviz.lab.screen import accessibility
from rnnviz.lab.screen.figurewords import loss_words
from rnnviz.lab.screen.grid import place_of
from rnnviz.live.bundle import beside
from rnnviz.live.library import packed_for, small, whole
from rnnviz.training import Snapshot
from rnnviz.views import Focus, View

__all__ = ["Header", "embedded", "replay_page", "shared_library"]

_LABELS = ("play", "play_tip", "pause", "pause_tip", "slider", "speed", "failed", "old")


@dataclass(frozen=True)
class Header:
    """What is said above the pictures.

    Parameters
    ----------
    title : str
        What was trained on what.
    facts : sequence of (str, str)
        Names and values of the settings.
    source : str
        Where the data come from and under which licence.
    several : bool
        Whether the pictures compare models, and want the room that those of a comparison have.
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    source: str = ""
    several: bool = False


def replay_page(
    snapshots: Sequence[Snapshot], views: Mapping[str, View], focus: Focus, header: Header, form: Form | None = None
) -> str:
    """Return the page. Moments are left out evenly until it fits, the first and the last always stay.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        In the order of their steps, at least two.
    views : mapping of str to View
        The pictures, in reading order.
    focus : Focus
        Which sequence, layer and direction they show.
    header : Header
        What is said above them; text, never markup.
    form : Form, optional
        How large it may be, and where its plotly.js lies; as `formed` has it by default.

    Raises
    ------
    ValueError
        If even two moments do not fit.
    """
    form = form or asked_form()
    room = form.room
    taken, words = replay_frames(snapshots, views, focus), [_words(one, snapshots[-1].step) for one in snapshots]
    kept = np.arange(len(taken))
    while True:
        page = _page([taken[one] for one in kept], [words[one] for one in kept], views, header, form.shared)
        if len(page.encode()) <= room:
            return page
        if len(kept) == 2:
            raise ValueError(f"two moments take {len(page) / 1e6:.1f} MB, more than {room / 1e6:g}; name fewer views.")
        # by proportion, with a margin of 5 %: what all moments share makes it fall slower than their number
        fewer = max(2, min(len(kept) - 1, int(len(kept) * 0.95 * room / len(page))))
        kept = np.linspace(0, len(taken) - 1, fewer).round().astype(int)


def embedded(value: object) -> str:
    r"""Return JSON that means the same to a parser of JSON and nothing to a parser of HTML.

    Examples
    --------
    >>> embedded(["</script>"])
    '["\\u003c/script\\u003e"]'
    """
    text = to_json(value)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _page(
    taken: Sequence[ReplayFrame], words: Sequence[str], views: Mapping[str, View], header: Header, shared: str | None
) -> str:
    packed = PackedFrames.of(taken)
    told = {"words": words, "labels": {name: _label(name) for name in _LABELS}}
    return Template(beside(__file__, "page.html")).substitute(
        title=html.escape(header.title),
        source=html.escape(header.source),
        facts=_facts(header),
        kind=" rv-compare" if header.several else "",
        read=html.escape(t("lab.read")),
        read_tip=html.escape(t("lab.read.tip"), quote=True),
        **_places(views),
        made=html.escape(t("replay.made")),
        noscript=html.escape(t("replay.old")),
        style="\n".join(
            [
                *(beside(accessibility.__file__, f"{name}.css") for name in ("tokens", "lab", "frame")),
                *(beside(live.__file__, f"{name}.css") for name in ("figure", "score")),
                beside(__file__, "player.css"),
            ]
        ),
        told=embedded(told),
        elsewhere="" if shared is None else " 'self' file:",  # of a file nothing else is its own
        plotly=_library(
            packed_for(trace for one in taken for spec in one.specs.values() for trace in spec["data"]), shared
        ),
        # no time stamp: the same run gives the same file
        index=_packed(gzip.compress(packed.index.encode(), mtime=0)),
        data=_packed(gzip.compress(packed.data, mtime=0)),
        script=beside(__file__, "player.js"),
    )


def shared_library() -> dict[str, str]:
    """Return the scripts that pages share where their form says so, by file name.

    >>> sorted(shared_library())[-1]
    'plotly-whole.js'
    """
    found = {"small": small(), "whole": whole()}
    return {f"plotly-{name}.js": f'globalThis.rnnvizPlotly = "{_packed(one)}";\n' for name, one in found.items() if one}


def _library(packed: bytes, shared: str | None) -> str:
    """The element that brings plotly.js."""
    if shared is None:
        return f'<script type="text/plain" id="rv-plotly">{_packed(packed)}</script>'
    name = "small" if packed == small() else "whole"
    return f'<script src="{html.escape(shared, quote=True)}/plotly-{name}.js"></script>'


def _words(snapshot: Snapshot, last: int) -> str:
    if len(snapshot.models) > 1:  # every model has a loss of its own
        return t("replay.step.compared", step=snapshot.step, last=last)
    return t("replay.step", step=snapshot.step, last=last, loss=loss_words(snapshot.loss))


def _label(name: str) -> str:
    return t("replay.failed", text="{text}") if name == "failed" else t(f"replay.{name}")


def _facts(header: Header) -> str:
    facts = header.facts
    if not facts:
        return ""
    title = t("replay.settings.compared") if header.several else t("replay.settings")
    rows = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>" for name, value in facts)
    return f"<details><summary>{html.escape(title)}</summary><dl>{rows}</dl></details>"


def _places(views: Mapping[str, View]) -> dict[str, str]:
    """The pictures of each place of the page, and the class of a place that has none."""
    boxes: dict[str, list[str]] = {place: [] for place in ("score", "column", "wide")}
    for name, view in views.items():
        boxes[place_of(view)].append(_box(name, view))
    empty = {f"no_{place}": "" if found else " rv-empty" for place, found in boxes.items()}
    return {place: "\n".join(found) for place, found in boxes.items()} | empty


def _box(name: str, view: View) -> str:
    """A picture's place; what helps to read it is behind a question mark, or goes into its caption where it has one."""
    words, captioned = view.help, place_of(view) != "wide"
    mark = f'<div class="rv-help-box">{help_markup(words)}</div>' if words and not captioned else ""
    name, said = html.escape(name), html.escape(words, quote=True) if captioned else ""
    return f'<div class="rv-view rv-view-{name}" data-view="{name}" data-help="{said}"><div></div>{mark}</div>'


def _packed(compressed: bytes) -> str:
    return base64.b64encode(compressed).decode()
