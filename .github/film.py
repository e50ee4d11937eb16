"""Film the forget-bias moment for the README: ``python .github/film.py`` writes notebooks/images/forget-bias.webp.

It runs the opening lab of chapter 00 in JupyterLab and Chromium, presses Play, and drags the knob. Frames are WebP
pictures as Chromium makes them; the container (RIFF, after Google's "WebP Container Specification") joins them.
"""

import base64
import struct
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import monotonic

import nbformat
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser.jupyter import Notebook, chromium, server, write_notebook  # noqa: E402  # of this checkout

TARGET = ROOT / "notebooks" / "images" / "forget-bias.webp"
SIZE = {"width": 1280, "height": 800}
STUCK, DRAG, LEARNING, REST = 3.0, 2.5, 6.0, 1.5  # seconds: guessing, the hand, what comes of it, the end
PAUSE = 0.1  # s between two frames at least
QUALITY = 72
FORGET_BIAS = 4


def opener() -> list[str]:
    """Return the cells of chapter 00 that make its opening lab."""
    book = nbformat.read(ROOT / "notebooks" / "en" / "00_start_here.ipynb", as_version=4)
    return [cell.source for cell in book.cells if cell.id in ("setup", "opener")]


class Film:
    """Frames of one part of a page, and when each was taken."""

    def __init__(self, page: Page, clip: dict[str, float]) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._clip = {**clip, "scale": 1}
        self._began = monotonic()
        self.frames: list[tuple[float, bytes]] = []

    def take(self) -> None:
        """Take one frame."""
        now = monotonic() - self._began
        picture = self._devtools.send(
            "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": self._clip}
        )
        self.frames.append((now, base64.b64decode(picture["data"])))

    def roll(self, page: Page, seconds: float) -> None:
        """Take frames for so many seconds."""
        end = monotonic() + seconds
        while monotonic() < end:
            self.take()
            page.wait_for_timeout(1000 * PAUSE)


def shoot(page: Page, lab: Notebook) -> Film:
    """Play, drag the forget bias to 4, and let it learn."""
    page.evaluate("document.querySelector('.rv-lab').scrollIntoView({block: 'start'})")
    page.wait_for_timeout(1000)
    box = lab.lab.bounding_box()
    assert box is not None
    film = Film(page, {"x": box["x"] - 8, "y": box["y"] - 2, "width": box["width"] + 16, "height": box["height"] + 6})
    lab.button("play").click()
    film.roll(page, STUCK)
    knob = lab.lab.locator(".rv-forget-bias .noUi-handle")
    low, high = (float(knob.get_attribute(f"aria-value{end}") or 0) for end in ("min", "max"))
    handle = knob.bounding_box()
    track = lab.lab.locator(".rv-forget-bias .noUi-base").bounding_box()
    assert handle is not None
    assert track is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    goal = x + (FORGET_BIAS / (high - low)) * track["width"]  # it stands at 0
    page.mouse.move(x, y)
    page.mouse.down()
    end = monotonic() + DRAG
    while (left := end - monotonic()) > 0:
        page.mouse.move(goal + (x - goal) * left / DRAG, y)
        film.roll(page, PAUSE)
    page.mouse.move(goal, y)
    page.mouse.up()
    film.roll(page, LEARNING)
    lab.button("pause").click()
    film.roll(page, REST)
    return film


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _uint24(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def _picture(webp: bytes) -> bytes:
    """Return the chunk of a still WebP that holds its picture."""
    at = 12
    while at < len(webp):
        name, length = webp[at : at + 4], struct.unpack("<I", webp[at + 4 : at + 8])[0]
        if name in (b"VP8 ", b"VP8L"):
            return webp[at : at + 8 + length + length % 2]
        at += 8 + length + length % 2
    raise ValueError("a frame holds no picture.")


def _size(picture: bytes) -> tuple[int, int]:
    if picture[:4] == b"VP8 ":
        width, height = struct.unpack("<HH", picture[14:18])
        return width & 0x3FFF, height & 0x3FFF
    bits = struct.unpack("<I", picture[9:13])[0]
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def animated(frames: list[tuple[float, bytes]], last: float = 2.0) -> bytes:
    """Join WebP pictures and the seconds at which they begin into one animated WebP that repeats for ever."""
    pictures = [_picture(webp) for _, webp in frames]
    starts = [start for start, _ in frames]
    durations = [round(1000 * (after - before)) for before, after in pairwise([*starts, starts[-1] + last])]
    width, height = _size(pictures[0])
    canvas = _uint24(width - 1) + _uint24(height - 1)
    body = _chunk(b"VP8X", b"\x02\0\0\0" + canvas) + _chunk(b"ANIM", b"\xff\xff\xff\xff" + struct.pack("<H", 0))
    for picture, duration in zip(pictures, durations, strict=True):
        body += _chunk(b"ANMF", _uint24(0) + _uint24(0) + canvas + _uint24(duration) + b"\x02" + picture)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def main() -> None:
    """Make the film anew."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = chromium(playwright)
        write_notebook(Path(folder, "film.ipynb"), *opener())
        with server(Path(folder)) as address:
            page = browser.new_context(viewport=SIZE).new_page()
            notebook = Notebook(page).open(address, "film.ipynb").run_all()
            page.locator(".rv-lab .rv-plot[data-frame]").first.wait_for()
            film = shoot(page, notebook)
        browser.close()
    TARGET.write_bytes(animated(film.frames))
    print(f"{TARGET.name}: {len(film.frames)} frames, {TARGET.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
