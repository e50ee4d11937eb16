"""Formulas as MathML, which browsers draw themselves: no script, no font, no network."""

import html
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

from latex2mathml.converter import convert

__all__ = ["setup"]

_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_ROWS = {f"{_SPACE}{name}" for name in ("math", "mrow", "mstyle", "mtd")}
_NAMED = {"cos", "exp", "ln", "log", "sin", "tanh"}
_APART = {f"{_SPACE}{name}" for name in ("mo", "mspace")}  # these bring their own room
ET.register_namespace("", _SPACE.strip("{}"))


def mathml(tex: str, *, block: bool) -> str:
    """Return a formula's MathML.

    Examples
    --------
    >>> "<msub>" in mathml("h_t", block=False)
    True
    """
    # the converter knows the one by the other's name, and takes a backslash within words for a letter
    for written, known in (("{aligned}", "{split}"), (r"\_", "_")):
        tex = tex.replace(written, known)
    root = ET.fromstring(convert(tex, display="block" if block else "inline"))
    for row in [one for one in root.iter() if one.tag in _ROWS]:
        _space(row)
    return ET.tostring(root, encoding="unicode").replace("\\", "&#x0005C;")


def _space(row: ET.Element) -> None:
    """Set the name of a function apart from what stands beside it, as TeX does: 10 ln 8."""
    near = [pair for pair in pairwise(row) if any(map(_is_named, pair)) and not any(map(_is_apart, pair))]
    for _, after in near:
        row.insert(list(row).index(after), ET.Element(f"{_SPACE}mspace", width="0.167em"))


def _is_named(part: ET.Element) -> bool:
    base = part[0] if len(part) and part.tag not in _ROWS else part
    return base.tag == f"{_SPACE}mi" and base.text in _NAMED


def _is_apart(part: ET.Element) -> bool:
    return part.tag in _APART or (part.tag in _ROWS and len(part) > 0 and part[0].tag in _APART)


def setup(app: Any) -> dict[str, Any]:
    """Tell Sphinx of it."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: Any) -> None:
    from docutils import nodes

    writer.body.append(f'<span class="math">{mathml(node.astext(), block=False)}</span>')
    raise nodes.SkipNode


def _block(writer: Any, node: Any) -> None:
    from docutils import nodes

    label = f' id="{html.escape(node["ids"][0], quote=True)}"' if node["ids"] else ""
    writer.body.append(f'<div class="math"{label}>{mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode
