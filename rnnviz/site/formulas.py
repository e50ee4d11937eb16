"""Formulas as MathML, which browsers draw themselves: no script, no font, no network."""

import html
from typing import Any

from latex2mathml.converter import convert

__all__ = ["setup"]


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
    return str(convert(tex, display="block" if block else "inline"))


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
