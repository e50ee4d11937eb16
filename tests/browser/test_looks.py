"""Every picture, light and dark, beside the one that was accepted: a change of look is seen before it is shown.

    RNNVIZ_ACCEPT=1 pytest tests/browser/test_looks.py

accepts what is drawn now. What differs is written to ``build/looks/``, with the difference beside it.
"""

import io
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from rnnviz.lab.replay.page import Header, replay_page
from rnnviz.training import Snapshot
from rnnviz.views import VIEWS, Focus
from tests.browser.jupyter import PATIENCE
from tests.browser.moments import TASKS, moments
from tests.processes import ROOT

ACCEPTED = Path(__file__).with_name("looks")
DIFFERENT = ROOT / "build" / "looks"
SCHEMES = ("light", "dark")
# so few steps that another processor's sums differ in the last digits only
STEP = 3
# Letters are drawn a little differently on each machine, and lines between pixels: so squares of 4 × 4 pixels are
# compared by their mean. One differs if a colour of it is further off than so many of 255; a picture, if a larger share
# of its squares does.
SQUARE = 4
FAR = 24
SHARE = 0.01
FONT = "DejaVu Sans"  # the accepted ones' letters; in others words take other room, and a picture is another size
KEPT = 2  # pixels along a side that make one of a kept picture
MOST = 1_500_000  # bytes of all of them
DRAWN = (
    "() => { const views = [...document.querySelectorAll('.rv-view:not([hidden])')];"
    " const plots = views.map(one => one.querySelector('.rv-plot'));"
    f" return plots.length > 0 && plots.every(one => one?.dataset.step === '{STEP}') }}"
)
CALM = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300))))"
pytestmark = pytest.mark.timeout(900)


@cache
def _runs() -> dict[str, tuple[list[Snapshot], list[str]]]:
    """Return each task's moments, and the pictures that no task before it has."""
    found: dict[str, tuple[list[Snapshot], list[str]]] = {}
    seen: set[str] = set()
    for task in TASKS:
        # twice the same: words and ranges follow the numbers a little later, and must not be those of another moment
        taken = moments(task, [STEP]) * 2
        names = [name for name, view in VIEWS.items() if view.exists(taken[-1]) and name not in seen]
        seen.update(names)
        found[task] = (taken, names)
    return found


def _drawn(page: Page, folder: Path, task: str, scheme: str) -> dict[str, Image.Image]:
    taken, names = _runs()[task]
    path = folder / "page.html"
    focus = Focus().checked(taken[-1].layer)
    path.write_text(replay_page(taken, {name: VIEWS[name] for name in names}, focus, Header(task)), encoding="utf-8")
    page.set_viewport_size({"width": 1000, "height": 9000})  # all in sight: what nobody sees is not drawn
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path.as_uri())
    page.wait_for_function(DRAWN, timeout=PATIENCE)
    page.mouse.move(2, 2)
    page.evaluate(CALM)
    shots = {name: page.locator(f".rv-view-{name}").screenshot() for name in names}
    return {name: Image.open(io.BytesIO(shot)).convert("RGB").reduce(KEPT) for name, shot in shots.items()}


def difference(one: Image.Image, other: Image.Image) -> tuple[float, Image.Image]:
    """Return the share of two pictures that differs, and where; all of it where they are not of one size."""
    if one.size != other.size:
        return 1.0, one
    means = [np.asarray(image.reduce(SQUARE // KEPT), dtype=int) for image in (one, other)]
    far = np.abs(means[0] - means[1]).max(axis=2) > FAR
    return float(far.mean()), Image.fromarray((255 * ~far).astype(np.uint8))


def _accepted(name: str, scheme: str) -> Path:
    return ACCEPTED / f"{name}-{scheme}.png"


def test_words_are_written_in_the_font_in_which_pictures_were_accepted(page: Page) -> None:
    widths = page.evaluate(
        "(names) => { const pen = document.createElement('canvas').getContext('2d');"
        " return names.map((name) => { pen.font = `40px ${name}`; return pen.measureText('Gradient Wĳ 0.1').width }) }",
        ["system-ui", f"'{FONT}'", "monospace"],
    )
    assert widths[0] == widths[1], f"here system-ui is not {FONT}: install it, or have fontconfig prefer it"
    assert widths[1] != widths[2]  # else nothing is told from anything


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("task", TASKS)
def test_every_picture_looks_as_it_was_accepted(page: Page, tmp_path: Path, task: str, scheme: str) -> None:
    changed = {}
    for name, drawn in _drawn(page, tmp_path, task, scheme).items() if _runs()[task][1] else ():
        path = _accepted(name, scheme)
        if os.environ.get("RNNVIZ_ACCEPT") == "1":
            path.parent.mkdir(exist_ok=True)
            drawn.save(path, optimize=True)
        share, where = difference(drawn, Image.open(path).convert("RGB")) if path.exists() else (1.0, drawn)
        if share > SHARE:
            DIFFERENT.mkdir(parents=True, exist_ok=True)
            drawn.save(DIFFERENT / path.name)
            where.save(DIFFERENT / f"{path.stem}-difference.png")
            changed[path.name] = f"{share:.1%} of it differs: see {DIFFERENT}"
    assert changed == {}


def test_there_is_one_accepted_picture_for_each_view_and_no_other_and_they_are_small() -> None:
    names = {name for _, names in _runs().values() for name in names}
    assert names == set(VIEWS)
    assert {path.name for path in ACCEPTED.iterdir()} == {
        _accepted(name, scheme).name for name in names for scheme in SCHEMES
    }
    assert sum(path.stat().st_size for path in ACCEPTED.iterdir()) < MOST


def test_a_line_that_moves_and_another_colour_are_seen_and_a_pixel_s_shade_is_not() -> None:
    blank = Image.new("RGB", (200, 100), "white")
    line, moved, shaded = blank.copy(), blank.copy(), blank.copy()
    line.paste((0, 0, 0), (0, 50, 200, 52))
    moved.paste((0, 0, 0), (0, 60, 200, 62))
    shaded.paste((250, 250, 250), (0, 0, 200, 100))
    shaded.paste((0, 0, 0), (20, 20, 22, 21))
    assert difference(line, moved)[0] > SHARE
    assert difference(blank, Image.new("RGB", (200, 100), (220, 230, 255)))[0] > SHARE
    assert difference(blank, shaded)[0] <= SHARE
    assert difference(blank, blank.resize((200, 101)))[0] == 1.0
