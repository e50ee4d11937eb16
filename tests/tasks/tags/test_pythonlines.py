"""Lines of Python: what is right of each character, also of a line that has just begun."""

import keyword

import pytest

from rnnviz.tasks.python_tokens import KINDS, tagged
from rnnviz.tasks.tags.pythonlines import PythonLines, kinds_of, letters_left


@pytest.fixture(scope="module")
def task():
    return PythonLines()


def test_whole_lines_have_the_kinds_that_pythons_tokenizer_gives(task):
    whole = [
        (line, kinds) for words, kinds in task.sentences(held_out=True) if (line := "".join(words)) and kinds_of(line)
    ]
    assert len(whole) > 600
    assert all(kinds == tuple(kinds_of(line)) for line, kinds in whole)


def test_a_beginning_is_tagged_as_it_stands(task):
    lines = {"".join(words): tags for words, tags in task.sentences(held_out=False)}
    checked = 0
    for line, tags in lines.items():
        last = line.split(" ")[-1]
        if last.isidentifier() and tags[-1] in ("name", "keyword"):
            checked += 1
            assert tags[-1] == ("keyword" if keyword.iskeyword(last) else "name"), line
    assert checked > 500


def test_names_that_begin_like_a_keyword_are_names(task):
    pairs = [*task.sentences(held_out=False), *task.sentences(held_out=True)]
    assert any("".join(words).startswith("for") and tags[0] == "name" for words, tags in pairs)
    assert not any("form = " in "".join(words) for words, _ in pairs)  # kept for readers


def test_no_line_is_on_both_sides(task):
    training, scored = ({"".join(words) for words, _ in task.sentences(held_out=held)} for held in (False, True))
    assert not training & scored


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("for", "keyword keyword keyword"),
        ("form", "name name name name"),
        ("f(1", "name operator number"),
        ("x  # a(", "name space space comment comment comment comment"),
        ("[{'('", "operator operator string string string"),
        ("'open", None),
        ("x?", None),
        ("a $", None),
        ("a !", None),
        ("a != b", "name space operator operator space name"),
    ],
)
def test_what_is_typed_is_judged_by_python_itself(line, kinds):
    assert kinds_of(line) == (None if kinds is None else kinds.split())


def test_the_truth_of_a_typed_line_is_in_its_batch(task):
    line = "if x: pass"
    targets = task.encoded(line).targets[0]
    assert [task.classes[one] for one in targets[: len(line)]] == [KINDS[one] for one in tagged(line)]
    assert (targets[len(line) :] == -100).all()
    assert (task.encoded("'open").targets == -100).all()


def test_letters_to_come_are_counted_within_words():
    assert letters_left("for xy1 in (a)") == [2, 1, 0, -1, 2, 1, 0, -1, 1, 0, -1, -1, 0, -1]
