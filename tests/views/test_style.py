"""How a picture looks: colours as agreed, words as they are, marks that read, tokens that can be seen."""

import json
from pathlib import Path

import pytest
from plotly.colors import hex_to_rgb, sample_colorscale

from rnnviz.views.style import GATE, SCALES, SERIES, SIGNED, TONES, plain, scale_of, shade, visible, with_mark

PACKAGE = Path(__file__).parents[2] / "rnnviz"


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, the long way."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in hex_to_rgb(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_words_that_came_with_the_data_are_no_markup() -> None:
    assert plain("<b>bold</b> & more") == "&lt;b&gt;bold&lt;/b&gt; &amp; more"


def test_the_mark_has_the_colour_of_the_line_and_the_words_do_not() -> None:
    assert with_mark("gru", "#d35a0e", "■") == '<span style="color:#d35a0e">■</span> <b>gru</b>'


def test_the_end_of_a_line_and_a_tabulator_can_be_seen() -> None:
    assert [visible(token) for token in ("\n", "\t", "\r", "x")] == ["↵", "→", "←", "x"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_open_gate_is_further_from_the_page_than_a_half_open_one(theme: str) -> None:
    page = {"light": "#ffffff", "dark": "#111111"}[theme]
    colours = [colour for _, colour in GATE[theme]]
    assert colours[0] == page
    steps = [contrast(colour, page) for colour in colours]
    assert steps == sorted(steps)
    assert steps[4] >= 2.0
    assert steps[-1] >= 7.3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_zero_has_the_page_s_colour_and_both_signs_leave_it_step_by_step(theme: str) -> None:
    page = {"light": "#ffffff", "dark": "#111111"}[theme]
    colours = [colour for _, colour in SIGNED[theme]]
    assert colours[8] == page
    steps = [contrast(colour, page) for colour in colours]
    assert steps[8:] == sorted(steps[8:])
    assert steps[:9] == sorted(steps[:9], reverse=True)


def test_a_scale_s_colours_stand_evenly() -> None:
    for scale in SCALES.values():
        for stops in scale.values():
            assert [place for place, _ in stops] == [index / (len(stops) - 1) for index in range(len(stops))]


def test_no_two_colours_of_a_light_page_are_one() -> None:
    assert len(TONES) == 18  # a table by colour loses one that is there twice
    assert all(len(colour) == 7 for pair in TONES.items() for colour in pair)


def test_a_line_is_seen_on_the_page_in_both_themes() -> None:
    for light in SERIES:
        assert contrast(light, "#ffffff") >= 3.0
        assert contrast(TONES[light], "#111111") >= 3.0


def test_a_range_with_negative_numbers_has_the_colours_with_a_sign() -> None:
    assert scale_of((-1.0, 1.0)) is SIGNED
    assert scale_of((0.0, 1.0)) is GATE


@pytest.mark.parametrize(("limits", "scale"), [((-2.0, 2.0), SIGNED), ((0.0, 1.0), GATE)])
def test_a_shade_is_the_heatmap_s_colour(limits: tuple[float, float], scale: dict[str, list[list[object]]]) -> None:
    low, high = limits
    for share in (0.0, 0.25, 0.5, 1.0):
        (expected,) = sample_colorscale(scale["light"], [round(254 * share) / 254], colortype="tuple")
        words = f"rgb({', '.join(str(round(255 * part)) for part in expected)})"
        assert shade(low + share * (high - low), limits)[0] == words


def test_the_former_colours_are_nowhere() -> None:
    former = ("#3a8fd0", "#d9722c", "#1ba784", "#cc79a7", "RdBu", "Cividis")
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js"), *PACKAGE.rglob("*.css"), *PACKAGE.rglob("*.json")]:
        text = path.read_text(encoding="utf-8")
        assert not [colour for colour in former if colour in text], path
    assert json.dumps(SCALES)
