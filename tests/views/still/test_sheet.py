"""A whole still: the same bytes for the same moment, small enough for a notebook, told by what it begins with."""

import base64

import numpy as np
import plotly.graph_objects as go
import pytest

import rnnviz.lab.screen.accessibility
from rnnviz.live.bundle import beside
from rnnviz.views.still.drawing import plain_data
from rnnviz.views.still.inpieces import at_once
from rnnviz.views.still.letters import font
from rnnviz.views.still.pngfile import MARK
from rnnviz.views.still.raster import Raster
from rnnviz.views.still.sheet import WIDTH, Sheet
from tests.pictures import pixels_of

MOST = 200_000  # bytes, as a notebook writes them


def noise(height: int) -> dict:
    """A figure that no packing makes small."""
    z = np.random.default_rng(0).random((height, 800))
    grey = [[0, "#000000"], [1, "#ffffff"]]
    figure = go.Figure(go.Heatmap(z=z, zmin=0, zmax=1, colorscale=grey), {"height": height, "template": "none"})
    return plain_data(figure.to_plotly_json())


@pytest.mark.parametrize("height", [40, 500, 2000])
def test_a_still_is_never_too_large_for_a_notebook(height: int) -> None:
    file, (width, high) = at_once(Sheet("Noise.", wide=[noise(height)]).png())
    assert len(base64.b64encode(file)) <= MOST
    rows, columns, _ = pixels_of(file).shape
    assert (width, high) == (WIDTH, pytest.approx(height, abs=100))
    assert columns / rows == pytest.approx(width / high, rel=0.02)


def test_every_still_is_told_by_its_first_bytes() -> None:
    files = [base64.b64encode(at_once(Sheet(words).png())[0]).decode() for words in ("One.", "Another " * 40)]
    assert [MARK in one[44:84] for one in files] == [True, True]


def test_the_page_knows_a_still_by_the_same_mark() -> None:
    assert f'img[src*="{MARK}"]' in beside(rnnviz.lab.screen.accessibility.__file__, "lab.css")


def test_the_same_still_is_the_same_file() -> None:
    files = [at_once(Sheet("Twice.", wide=[noise(40)]).png()) for _ in range(2)]
    assert files[0] == files[1]


def test_its_sentence_is_written_on_it() -> None:
    file, _ = at_once(Sheet("An LSTM on the task adding.").png())
    words = Raster(WIDTH, 60, "#ffffff")
    words.words(16, 26, "An LSTM on the task adding.", "#212121")
    assert (pixels_of(file)[:60] == words.pixels[:60]).all()


def test_words_that_the_letters_lack_are_boxes_and_no_error() -> None:
    assert font("plain").width("漢字") == 2 * font("plain").width("□")
