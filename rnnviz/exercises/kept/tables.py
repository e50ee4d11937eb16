"""A small table in words and in HTML: what it says is text, never markup."""

import html
from collections.abc import Sequence

__all__ = ["html_table", "text_table"]


def text_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return columns of equal width, the first line being the headings.

    >>> print(text_table(["chapter", "solved"], [["00", "1 of 2"]]))
    chapter  solved
    00       1 of 2
    """
    table = [headings, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)


def html_table(headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """Return the table as HTML, its words escaped."""
    head = "".join(f'<th scope="col" style="text-align:left">{html.escape(one)}</th>' for one in headings)
    cell = '<td style="text-align:left;vertical-align:top">{}</td>'
    body = "".join(f"<tr>{''.join(cell.format(html.escape(one)) for one in row)}</tr>" for row in rows)
    title = f'<caption style="text-align:left">{html.escape(caption)}</caption>'
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
