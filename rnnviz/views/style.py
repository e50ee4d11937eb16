"""How every picture looks: colours a colour-blind reader can tell apart, fonts, margins."""

import html
from functools import cache
from typing import Any

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

__all__ = [
    "BLUE",
    "DIVERGING",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "SEQUENTIAL",
    "TEXT",
    "base_layout",
    "notice",
    "plain",
    "shade",
    "visible",
    "with_mark",
]

# Okabe and Ito's colours (2008): told apart under every common colour-vision deficiency, on white and on dark grey.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#3a8fd0", "#d9722c", "#1ba784", "#cc79a7", "#8a8a8a"
TEXT = "#767676"  # reads on white and on black: a static figure does not know its page
DIVERGING = "RdBu_r"  # blue is negative, white is 0, red is positive
SEQUENTIAL = "Cividis"  # made for colour-blind readers (Nuñez, Anderton and Renslow, 2018)

_SHADES = 254  # as many as a frame distinguishes


def base_layout(title: str, height: int, **more: Any) -> dict[str, Any]:
    """Return the layout every view starts from.

    Parameters
    ----------
    title : str
        The picture's title.
    height : int
        Pixels.
    **more : object
        Further layout attributes.

    Examples
    --------
    >>> base_layout("Hidden state", 300)["height"]
    300
    """
    return {
        "title": {
            "text": title,
            "x": 0.0,
            "xref": "container",
            "xanchor": "left",
            "y": 1.0,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 10, "t": 9},
            "font": {"size": 14},
        },
        "height": height,
        "margin": {"l": 62, "r": 14, "t": 46, "b": 42},
        "font": {"family": "system-ui, sans-serif", "size": 11, "color": TEXT},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "closest",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "rgba(128,128,128,0.6)", "activecolor": GREY},
        # always the same word: plotly then keeps zoom and hidden traces when the figure is redrawn
        "uirevision": "rnnviz",
        # plotly's own template would add kilobytes of styles to every figure that travels
        "template": "none",
        **more,
    }


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis with faint grid, outer ticks and no zero line; ``more`` are further attributes."""
    return {
        "title": {"text": title, "standoff": 6},
        "gridcolor": "rgba(128,128,128,0.22)",
        "zeroline": False,
        "linecolor": "rgba(128,128,128,0.55)",
        "ticks": "outside",
        "ticklen": 3,
        "tickcolor": "rgba(128,128,128,0.55)",
        **more,
    }


def plain(text: str) -> str:
    """Return words that came with the data so that plotly draws them as they are, never as markup."""
    return html.escape(text, quote=False)


def shade(value: float, limits: tuple[float, float]) -> tuple[str, str]:
    """Return the colour that a heatmap over ``limits`` gives a value, not NaN, and black or white, which reads on it.

    >>> shade(0.0, (-1.0, 1.0)), shade(-1.0, (-1.0, 1.0))
    (('rgb(247, 247, 247)', '#000'), ('rgb(5, 48, 97)', '#fff'))
    """
    low, high = limits
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return _shades(DIVERGING if low < 0 else SEQUENTIAL)[round(share * _SHADES)]


@cache
def _shades(scale: str) -> list[tuple[str, str]]:
    colours = sample_colorscale(scale, [level / _SHADES for level in range(_SHADES + 1)], colortype="tuple")
    return [(f"rgb({', '.join(str(round(255 * part)) for part in one)})", _ink(one)) for one in colours]


def _ink(colour: tuple[float, float, float]) -> str:
    """Black or white, whichever has the greater contrast as WCAG 2 defines it: never below 4.58."""
    # sRGB to linear light, as WCAG 2 has it; 0.179 is where black and white contrast alike
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return "#000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#fff"


def with_mark(text: str, color: str, glyph: str = "●") -> str:
    """Return plotly's words behind a mark in their line's colour."""
    # on white the palette reads as marks (contrast 3:1), not as words (4.5:1), so the words stay black
    return f'<span style="color:{color}">{glyph}</span> <b>{text}</b>'


def visible(token: str) -> str:
    """Return a token so that it can be seen, where it would be the end of a line or a tabulator."""
    return {"\n": "↵", "\t": "→", "\r": "←"}.get(token, token)


def notice() -> go.layout.Annotation:
    """Return the annotation under the title where a picture says what it shows, left out or changed."""
    return go.layout.Annotation(
        text="",
        showarrow=False,
        xref="paper",
        yref="paper",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        align="left",
        yshift=17,
        font={"size": 10.5},
        name="notice",
    )
