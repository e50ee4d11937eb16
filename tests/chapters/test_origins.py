"""What chapters 03 and 04 say of where their cells come from stays as the papers have it."""

import re

import pytest

from tests.chapters.measures import CHAPTERS, Chapter

FACTS = {
    "the carousel keeps all": ("03", "1997", "constant error carousel", "exactly 1"),
    "its cells drift": ("03", "never lets go", "drift", "limit"),
    "the repair is the forget gate": ("03", "Gers", "forget gate"),
    "the box has the year of the repair": ("03", "* 2000", "Gers", "forget gate"),
    "the first version has r after the matrix": ("04", "2014, June", "Cho", "first version", "after the matrix"),
    "the third version has r before it": ("04", "2014, September", "third version", "before the matrix"),
    "to let in is the later paper": ("04", "2014, December", "Chung", "$z$", "let in"),
    "to keep is the earlier paper": ("04", "Cho", "2014", "$z$", "keep"),
}


def _passages(number: str) -> list[str]:
    """Return the paragraphs and the lines of lists of a chapter, each by itself."""
    (chapter,) = (Chapter(path) for path in CHAPTERS if path.stem.startswith(number))
    return re.split(r"\n\s*\n|\n(?=> \*|\* )", chapter.text)


@pytest.mark.parametrize("fact", FACTS)
def test_a_passage_says_what_the_paper_says(fact: str) -> None:
    number, *words = FACTS[fact]
    told = [one for one in _passages(number) if all(word in one for word in words)]
    assert told, f"chapter {number}: no passage has {words}"
