"""How every picture looks: colours a colour-blind reader can tell apart, fonts, margins."""

import html
from functools import cache
from typing import Any

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

__all__ = [
    "ACCENT",
    "BEFORE_DASH",
    "GATE",
    "GHOST",
    "HELD_OUT",
    "INK1",
    "INK2",
    "INK3",
    "SCALES",
    "SERIES",
    "SIGNED",
    "TEXT",
    "TONES",
    "base_layout",
    "notice",
    "plain",
    "shade",
    "visible",
    "with_mark",
]

Scale = dict[str, list[list[Any]]]

# What each colour means, on a light page; ``TONES`` says which it becomes on a dark one.
PAGE, INK1, INK2, INK3 = "#ffffff", "#212121", "#5a6068", "#70767e"  # values; labels; ticks and asides
HAIR, HAIR2, FILL = "#e4e7eb", "#b9c0c8", "#f3f5f7"  # grid; axes and frames; quiet areas
ACCENT, ACCENT_TEXT, ACCENT_SOFT = "#1976d2", "#1565c0", "#e6f1fc"  # the network now; the same as words; what is read
ON_ACCENT = "#fffffe"  # words on the accent: white, and yet told from the page's
WARN, GOOD = "#b45309", "#1b7f4b"
GHOST = "#8d96a1"  # truth, rules of thumb, before
PADDED = "rgba(128,128,128,0.16)"  # past a sequence's end, on a light page and on a dark one
# Models and gates, always with their glyphs ● ◆ ■ ▲: at least 29 ΔE apart under protan, deutan and tritan vision
# (Machado et al. 2009, severity 1), and told apart in grey.
SERIES = ("#d35a0e", "#035939", "#588cef", "#a43c92")
HELD_OUT = SERIES[0]
BEFORE_DASH = "4px,3px"
TEXT = "#767676"  # reads on white and on black: a static figure does not know its page

TONES = {
    PAGE: "#111111",
    INK1: "#e6e6e6",
    INK2: "#a9b0b8",
    INK3: "#8b929b",
    HAIR: "#2b2f34",
    HAIR2: "#545b64",
    FILL: "#1e2125",
    ACCENT: "#64b5f6",
    ACCENT_TEXT: "#64b5f6",
    ACCENT_SOFT: "#16283a",
    ON_ACCENT: "#0b1b2b",
    WARN: "#ffb74d",
    GOOD: "#6fd59b",
    GHOST: "#7b848f",
    **dict(zip(SERIES, ("#ff9646", "#34a975", "#b1cdff", "#a75dc7"), strict=True)),
}


def _scale(**themes: str) -> Scale:
    """Return plotly's colour scale for each theme, of colours that stand evenly."""
    stops = {theme: colours.split() for theme, colours in themes.items()}
    return {
        theme: [[index / (len(colours) - 1), colour] for index, colour in enumerate(colours)]
        for theme, colours in stops.items()
    }


# From 0, the page's colour, to 1: lightness is monotone, in grey and in all three simulations too.
GATE = _scale(
    light="#ffffff #e1f7ee #c1e9d8 #9ed8c1 #79c4a8 #50b08f #119975 #027e5f #036249",
    dark="#111111 #10221b #10372a #0e4e3b #0b674e #058262 #099f79 #3cbb93 #5ed7ae",
)
# From blue, negative, over the page's colour, 0, to orange, positive.
SIGNED = _scale(
    light="#003d80 #0552a5 #256abf #4a83ce #6d9cdb #8fb5e8 #b2cef3 #d7e6fb #ffffff "
    "#fee8d7 #ffcfac #fbb787 #f59e63 #ef843c #e56a04 #ce5b04 #b84b03",
    dark="#2985df #1074cd #0064b5 #03559b #044781 #0c3964 #102b49 #111e2d #111111 "
    "#311e16 #4f2c1b #6f3b1e #8f4c1f #b05d1c #d07116 #e98b33 #fea754",
)
SCALES = {"signed": SIGNED, "gate": GATE}

_SHADES = 254  # as many as a frame distinguishes


def scale_of(limits: tuple[float, float]) -> Scale:
    """Return the colours of a range: those with a sign where it has negative numbers."""
    return SIGNED if limits[0] < 0 else GATE


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
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "rgba(128,128,128,0.6)", "activecolor": GHOST},
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
        # plotly would measure every label in every drawing, to hide those that reach beyond the picture
        "ticklabeloverflow": "allow",
        **more,
    }


def plain(text: str) -> str:
    """Return words that came with the data so that plotly draws them as they are, never as markup."""
    return html.escape(text, quote=False)


def shade(value: float, limits: tuple[float, float], theme: str = "light") -> tuple[str, str]:
    """Return the colour that a heatmap over ``limits`` gives a value, not NaN, and black or white, which reads on it.

    ``theme`` is that of the page, ``"light"`` or ``"dark"``.

    >>> shade(0.0, (-1.0, 1.0)), shade(-1.0, (-1.0, 1.0))
    (('rgb(255, 255, 255)', '#000'), ('rgb(0, 61, 128)', '#fff'))
    """
    low, high = limits
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return _shades(limits[0] < 0, theme)[round(share * _SHADES)]


@cache
def _shades(signed: bool, theme: str) -> list[tuple[str, str]]:
    scale = (SIGNED if signed else GATE)[theme]
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
