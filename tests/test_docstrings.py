"""A docstring tells the contract, in no more lines than its function deserves, and says more than the name does.

Counted are the lines from the opening quotes to the closing ones, blank ones too, against the lines of the body that
carry code: no blank line, no comment, no docstring, neither the function's own nor one inside it. A body without any is
a declaration and counts as one line. Free of the count are the public doors alone, because their readers see no body:
what ``rnnviz``, the modules that it names and ``rnnviz.views`` export, what exported functions return, and the methods
of these classes.
"""

import ast
import importlib
import inspect
import io
import re
import sys
import tokenize
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

import rnnviz

PACKAGE = Path(rnnviz.__file__).parent
MOST = 3  # lines of docstring for a line of code
Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef
SILENT = {  # tokens that stand on a line without being code
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}
# words that tell a reader of the name nothing
LITTLE = re.compile(
    "a|all|an|and|any|are|as|at|be|by|does|for|from|gets?|gives?|given|has|have|if|in|into|is|its?|makes?|made|of|on|one|"
    "or|returns?|returned|sets?|that|the|them|then|these|this|to|what|whether|which|with"
)


@dataclass(frozen=True)
class Written:
    """One docstring: where it stands, what it says, and how it weighs against the code that it is about."""

    where: str
    text: str
    lines: int
    code: int
    of_function: bool

    @property
    def is_too_long(self) -> bool:
        return self.of_function and self.lines > MOST * max(self.code, 1)

    @property
    def repeats_its_name(self) -> bool:
        """Whether no word of it, little ones apart, is new to a reader of the name."""
        return not _words(self.text) - _words(self.where.replace("_", " "))

    def __str__(self) -> str:
        return f"{self.where}: {self.lines} lines of docstring, {self.code} of code"


def _words(text: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)  # TrainingRun is two words
    return {word.rstrip("s") for word in re.findall(r"[^\W_]+", apart.lower()) if not LITTLE.fullmatch(word)}


def written(module: str, source: str) -> Iterator[Written]:
    """Yield what a module's functions, methods and classes say of themselves, wherever in it they stand."""
    tree = ast.parse(source)
    code = _lines_of_code(source) - {line for node in ast.walk(tree) for line in _lines_of_docstring(node)}
    for name, node in _named(tree, module):
        if (lines := _lines_of_docstring(node)) and (text := ast.get_docstring(node)):
            body = {line for line in code if lines.stop <= line <= (node.end_lineno or 0)}
            yield Written(name, text, len(lines), len(body), isinstance(node, Function))


def _named(node: ast.AST, above: str) -> Iterator[tuple[str, Documented]]:
    for child in ast.iter_child_nodes(node):
        name = f"{above}.{child.name}" if isinstance(child, Documented) else above
        if isinstance(child, Documented):
            yield name, child
        yield from _named(child, name)


def _lines_of_docstring(node: ast.AST) -> range:
    if isinstance(node, Documented | ast.Module) and ast.get_docstring(node) is not None:
        return range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    return range(0)


def _lines_of_code(source: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {line for one in tokens if one.type not in SILENT for line in range(one.start[0], one.end[0] + 1)}


def doors() -> set[str]:
    """Return the dotted names of what is exported or returned by it; of a class, also of what it inherits from."""
    named = [getattr(rnnviz, name) for name in rnnviz.__all__] + [importlib.import_module("rnnviz.views")]
    rooms = [thing for thing in named if isinstance(thing, ModuleType)]
    exported = [*named, *(thing for room in rooms for thing in _exported(room))]
    returned = [typing.get_type_hints(thing).get("return") for thing in exported if isinstance(thing, FunctionType)]
    whole = [
        part
        for thing in [*exported, *returned]
        for part in (inspect.getmro(thing) if isinstance(thing, type) else [thing])
    ]
    return {f"{part.__module__}.{part.__qualname__}" for part in whole if hasattr(part, "__qualname__")}


def exports() -> dict[str, Any]:
    """Return every class and function that ``rnnviz`` and its public modules export, by the name that is asked for."""
    rooms = [rnnviz, *(thing for name in rnnviz.__all__ if isinstance(thing := getattr(rnnviz, name), ModuleType))]
    found = {f"{room.__name__}.{name}": getattr(room, name) for room in [*rooms, rnnviz.views] for name in room.__all__}
    return {name: thing for name, thing in found.items() if isinstance(thing, type | FunctionType)}


def told(thing: Any) -> str:
    """Return what a reader of a class or function is told: by it, the classes it is made of, its module and maker."""
    made_of = inspect.getmro(thing) if isinstance(thing, type) else (thing,)
    ours = [part for part in made_of if part.__module__.startswith("rnnviz")]
    told = "\n".join(
        [inspect.getdoc(part) or "" for part in ours] + [importlib.import_module(thing.__module__).__doc__ or ""]
    )
    makers = re.findall(r"[Mm]ade by `(\w+)`", told)
    return told + "".join(inspect.getdoc(getattr(sys.modules[thing.__module__], maker)) or "" for maker in makers)


def unnamed(thing: Any) -> list[str]:
    """Return the parameters that a reader is told nothing of."""
    named = set(re.findall(r"\w+", told(thing)))
    return [name for name in inspect.signature(thing).parameters if name not in named]


def untold_methods(name: str, kind: type) -> Iterator[str]:
    """Yield methods with a parameter that neither they tell of nor what they override or refer to, libraries aside."""
    for method in (one for one in dir(kind) if not one.startswith("_")):
        told_by = [getattr(part, method) for part in inspect.getmro(kind) if method in vars(part)]
        if isinstance(told_by[0], FunctionType) and all(one.__module__.startswith("rnnviz") for one in told_by):
            told = "\n".join(inspect.getdoc(one) or "" for one in told_by)
            others = [getattr(kind, one, None) for one in re.findall(r"those of `(\w+)`", told)]
            words = set(re.findall(r"\w+", "\n".join([told, *(inspect.getdoc(one) or "" for one in others if one)])))
            if lacking := [one for one in list(inspect.signature(told_by[0]).parameters)[1:] if one not in words]:
                yield f"{name}.{method}: {', '.join(lacking)}"


def _exported(room: ModuleType) -> list[Any]:
    own = [name for name, thing in vars(room).items() if getattr(thing, "__module__", "") == room.__name__]
    return [getattr(room, name) for name in getattr(room, "__all__", own)]


def is_behind(where: str, doors: set[str]) -> bool:
    """Whether a name is exported, or is a public or magic method of an exported class."""
    owner, _, name = where.rpartition(".")
    return where in doors or (owner in doors and (not name.startswith("_") or name.endswith("__")))


def everything() -> Iterator[Written]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield from written(module, path.read_text(encoding="utf-8"))


def test_no_docstring_inside_is_longer_than_three_times_its_function() -> None:
    free = doors()
    assert [str(one) for one in everything() if one.is_too_long and not is_behind(one.where, free)] == []


def test_no_docstring_merely_repeats_a_name() -> None:
    assert [f"{one.where}: {one.text}" for one in everything() if one.repeats_its_name] == []


def test_the_doors_are_those_that_a_learner_walks_through() -> None:
    free = doors()
    for door in ("rnnviz.lab.compare.compare", "rnnviz.trace.tracing.trace", "rnnviz.tasks.base.Task.batch"):
        assert is_behind(door, free)
    assert is_behind("rnnviz.views.base.View.patches", free)
    assert is_behind("rnnviz.lab.watch.watch.Watch.step", free)  # in nobody's list, but `rnnviz.watch` returns it
    assert not is_behind("rnnviz.tasks.base.Task._resized", free)
    assert not is_behind("rnnviz.trace.capture.calls.Call", free)


def test_every_parameter_of_what_is_exported_is_told_of() -> None:
    assert {name: lacking for name, thing in exports().items() if (lacking := unnamed(thing))} == {}


def test_every_parameter_of_a_method_of_an_exported_class_is_told_of() -> None:
    kinds = {name: thing for name, thing in exports().items() if isinstance(thing, type)}
    assert [line for name, kind in kinds.items() for line in untold_methods(name, kind)] == []


def test_everything_exported_has_an_example_that_runs() -> None:
    assert [name for name, thing in exports().items() if ">>> " not in told(thing)] == []


@pytest.mark.parametrize(
    ("source", "docstring", "code"),
    [
        ('def f():\n    """Say."""\n', 1, 0),
        ('def f():\n    """Say.\n\n    More.\n    """\n    return 1\n', 4, 1),
        ('def f(\n    x,\n):\n    """Say."""\n    # why\n\n    y = (\n        x\n    )\n    return y\n', 1, 4),
        ('def f():\n    """Say."""\n\n    def g():\n        """Say.\n\n        More."""\n        return 1\n', 1, 2),
    ],
)
def test_lines_are_counted_as_the_first_paragraph_says(source: str, docstring: int, code: int) -> None:
    outer = next(written("m", source))
    assert (outer.lines, outer.code) == (docstring, code)


@pytest.mark.parametrize(("lines", "too_long"), [(3, False), (4, True)])
def test_a_line_of_code_deserves_three_of_docstring(lines: int, too_long: bool) -> None:
    (one,) = written("m", 'def f():\n    """Say' + "\n" * (lines - 1) + '    """\n    return 1\n')
    assert one.is_too_long is too_long


@pytest.mark.parametrize(
    ("source", "repeats"),
    [
        ('def loss_of(step):\n    """Return the loss."""\n', True),
        ('def loss_of(step):\n    """Return the loss, a scalar."""\n', False),
        ('class GateView:\n    """A view of gates."""\n', True),
        ('class A:\n    def snapshot(self):\n        """Give the snapshot."""\n', True),
    ],
)
def test_a_docstring_that_repeats_a_name_is_found(source: str, repeats: bool) -> None:
    (one,) = written("m", source)
    assert one.repeats_its_name is repeats
