"""Every test claims something, and what several tests need is written once."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CLAIMS = ("assert", "expect", "raises", "warns", "fail")  # how the names of functions begin that claim something


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(TESTS.rglob("*.py")):
        yield path.relative_to(TESTS).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def claims(test: ast.AST, helpers: Mapping[str, ast.FunctionDef]) -> bool:
    """Whether a test, or a helper beside it that it calls, says what must be so."""
    called = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    names = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called}
    if any(isinstance(node, ast.Assert) for node in ast.walk(test)) or any(name.startswith(CLAIMS) for name in names):
        return True
    fewer = {name: helper for name, helper in helpers.items() if name not in names}
    return any(claims(helpers[name], fewer) for name in names & helpers.keys())


def body(helper: ast.FunctionDef | ast.ClassDef) -> str:
    """What a helper does, in the names that it gives itself."""
    parts = helper.body[1:] if ast.get_docstring(helper) else helper.body
    return "\n".join(map(ast.unparse, parts))


def names_a_part(helper: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether it gives something that there is a name of its own, and does no more."""
    last = helper.body[-1]
    return (
        isinstance(last, ast.Return) and isinstance(last.value, ast.Attribute | ast.Name) and "\n" not in body(helper)
    )


def twice(modules: list[tuple[str, ast.Module]]) -> list[list[str]]:
    """Return the places of helpers that do the same."""
    places = defaultdict(list)
    for path, tree in modules:
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("test_"):
                continue
            if body(node) and not names_a_part(node):
                places[body(node)].append(f"{path}::{node.name}")
    return [found for found in places.values() if len(found) > 1]


def silent(tree: ast.Module) -> list[str]:
    """Return the tests of a module that claim nothing."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    helpers = {one.name: one for one in functions if not one.name.startswith("test_")}
    return [one.name for one in functions if one.name.startswith("test_") and not claims(one, helpers)]


def test_every_test_claims_something() -> None:
    assert [f"{path}::{name}" for path, tree in trees() for name in silent(tree)] == []


def test_no_helper_is_written_twice() -> None:
    assert twice(list(trees())) == []


@pytest.mark.parametrize(
    ("code", "claimed"),
    [
        ("def test_one(): f()", False),
        ("def test_one(): assert f()", True),
        ("def test_one(): np.testing.assert_allclose(1, 1)", True),
        ("def test_one():\n with pytest.raises(ValueError): f()", True),
        ("def test_one(): expect(page).to_be_visible()", True),
        ("def shows(): assert f()\ndef test_one(): shows()", True),
        ("def shows(): f()\ndef f(): shows()\ndef test_one(): shows()", False),
    ],
)
def test_the_checker_knows_a_claim(code: str, claimed: bool) -> None:
    assert silent(ast.parse(code)) == ([] if claimed else ["test_one"])


def test_the_checker_finds_a_helper_that_stands_twice_under_other_names() -> None:
    codes = {"one": 'def loss(x):\n "How wrong."\n return x.sum()', "two": "def total(x): return x.sum()"}
    assert twice([(name, ast.parse(code)) for name, code in codes.items()]) == [["one::loss", "two::total"]]
