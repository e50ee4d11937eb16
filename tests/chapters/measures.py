"""Measures of a chapter as a page to learn from; ``python -m tests.chapters.measures`` prints them as a table."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

FOLDER = Path(__file__).parents[2] / "notebooks" / "en"
CHAPTERS = tuple(sorted(FOLDER.glob("*.ipynb")))
SHOWS = ("rv.Lab(", "rv.compare(", "rv.watch(")
USUAL = 5  # knobs at first sight where `show` does not name them
STRIPS = {"hidden": 1, "gates": 4, "input": 1, "forget": 1, "state": 1, "gradients": 1}  # of the score, by view
KINDS = ("lab experiment", "picture", "open project")


@dataclass(frozen=True)
class Live:
    """A code cell that puts a lab on the page, and the call that made it."""

    place: int
    call: ast.Call
    names: dict[str, ast.expr]  # what the cell gives names to

    @property
    def knobs(self) -> int:
        """How many controls the rail shows before anybody opens More."""
        named = self._names("show")
        return USUAL if named is None else len(named)

    @property
    def strips(self) -> int | None:
        """How many strips the score has, None where the task decides."""
        named = self._names("views")
        if named is None:
            return None
        cell = next((one.value for one in self.call.keywords if one.arg == "cell"), None)
        memory = not (isinstance(cell, ast.Constant) and cell.value in ("rnn", "gru"))  # only an LSTM has cells
        return sum(STRIPS.get(name, 0) for name in named) + (memory and "hidden" in named)

    def _names(self, keyword: str) -> list[str] | None:
        given = next((one.value for one in self.call.keywords if one.arg == keyword), None)
        if isinstance(given, ast.Name):
            given = self.names.get(given.id)
        return None if given is None else list(ast.literal_eval(given))


@dataclass
class Chapter:
    """What a reader meets in one chapter, read from its file."""

    path: Path
    book: Any = field(init=False)

    def __post_init__(self) -> None:
        self.book = nbformat.read(self.path, as_version=nbformat.NO_CONVERT)

    @property
    def number(self) -> int:
        return int(self.path.stem[:2])

    @property
    def code(self) -> list[Any]:
        return [cell for cell in self.book.cells if cell.cell_type == "code"]

    @property
    def text(self) -> str:
        return "\n\n".join(cell.source for cell in self.book.cells if cell.cell_type == "markdown")

    @property
    def words(self) -> int:
        return len(_prose(self.text).split())

    @property
    def brackets(self) -> int:
        return _without_links(_unfolded(self.text)).count("(")

    @property
    def live(self) -> list[Live]:
        found = (_live(place, cell) for place, cell in enumerate(self.book.cells) if cell.cell_type == "code")
        return [one for one in found if one is not None]

    @property
    def words_before_playing(self) -> int:
        before = self.book.cells[: self.live[0].place]
        return len(_prose("\n\n".join(one.source for one in before if one.cell_type == "markdown")).split())

    @property
    def code_cells_before_playing(self) -> int:
        return sum(one.cell_type == "code" for one in self.book.cells[: self.live[0].place])

    @property
    def asked(self) -> dict[str, int]:
        """Predictions by id: the place of the cell that asks."""
        return {id: place for place, id, _ in self._predictions()}

    @property
    def answered(self) -> list[str]:
        """The ids of the predictions whose result a later cell shows beside them."""
        later = [(place, cell.source) for place, cell in enumerate(self.book.cells) if cell.cell_type == "code"]
        return [
            id
            for place, id, name in self._predictions()
            if any(after > place and f"{name}.reveal(" in source for after, source in later)
        ]

    @property
    def predicted_live(self) -> list[Live]:
        """The live cells that a prediction stands before, behind the live cell before them."""
        starts = [-1, *(one.place for one in self.live)]
        pairs = zip(starts, self.live, strict=False)
        return [one for start, one in pairs if any(start < place < one.place for place in self.asked.values())]

    @property
    def checked(self) -> set[str]:
        return set(re.findall(r'exercises\.check\("([\w.-]+)"', "\n".join(cell.source for cell in self.code)))

    @property
    def exercises(self) -> list[str]:
        return re.findall(r"^### Exercise \d+ · (.*)$", self.text, re.MULTILINE)

    @property
    def again(self) -> dict[str, str]:
        """Exercises and predictions that ask an idea of an earlier chapter again, with that chapter's number."""
        return dict(self.book.metadata.rnnviz.get("again", {}))

    @property
    def transfer(self) -> str | None:
        """The exercise that wants an idea of the chapter where the chapter has not shown it."""
        return self.book.metadata.rnnviz.get("transfer")

    def _predictions(self) -> Iterator[tuple[int, str, str]]:
        for place, cell in enumerate(self.book.cells):
            for name, id in re.findall(r'(\w+) = rv\.exercises\.predict\(\s*"([\w.-]+)"', cell.source):
                yield place, id, name


def _live(place: int, cell: Any) -> Live | None:
    """Return what the cell shows if its last line shows a lab that it has made."""
    body = ast.parse(cell.source).body
    for block in (one for one in body if isinstance(one, ast.With)):  # a loop of one's own, watched
        if isinstance(call := block.items[0].context_expr, ast.Call) and ast.unparse(call.func) == "rv.watch":
            return Live(place, call, {})
    if not body or not isinstance(body[-1], ast.Expr):
        return None
    names = {
        node.targets[0].id: node.value
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    last = body[-1].value
    made = names.get(last.id) if isinstance(last, ast.Name) else last
    shows = isinstance(made, ast.Call) and f"{ast.unparse(made.func)}(".startswith(SHOWS)
    return Live(place, made, names) if shows and isinstance(made, ast.Call) else None


def _unfolded(text: str) -> str:
    return re.sub(r"</?(details|summary|p|img|em|strong|sub|sup)[^>]*>", " ", text)


def _without_links(text: str) -> str:
    """Leave out code, formulae, pictures, and where links lead."""
    text = re.sub(r"```.*?```", " ", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$|`[^`]*`", " x ", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def _prose(text: str) -> str:
    """Return the words that are read aloud: no folded answers, code, formulae or rules of a table."""
    text = re.sub(r"<details>.*?</details>", " ", text, flags=re.DOTALL)
    return re.sub(r"[|*#>\-–—:]+(?=\s|$)", " ", _without_links(_unfolded(text)))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}"


def table() -> str:
    """Return the measures of every chapter as a table in Markdown."""
    head = (
        "chapter",
        "words",
        "before the first live cell",
        "code cells",
        "brackets",
        "knobs in the opener",
        "live cells with a prediction",
        "predictions with their result",
        "asks again",
        "transfer",
    )
    rows = [" | ".join(head), "|".join("---" for _ in head)]
    for chapter in map(Chapter, CHAPTERS):
        row = [f"{chapter.number:02}", f"{chapter.words:,}", str(chapter.words_before_playing), str(len(chapter.code))]
        row += [str(chapter.brackets), str(chapter.live[0].knobs)]
        row += [_share(len(chapter.predicted_live), len(chapter.live))]
        row += [_share(len(chapter.answered), len(chapter.asked))]
        row += [", ".join(sorted(set(chapter.again.values()))) or "–", "yes" if chapter.transfer else "no"]
        rows.append(" | ".join(row))
    return "\n".join(f"| {row} |" for row in rows)


if __name__ == "__main__":
    print(table())
