"""A module imports only from floors below its own, in its part too; the heavy libraries stay where they belong."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import rnnviz

PACKAGE = Path(rnnviz.__file__).parent
TOP = 10
FLOORS = {
    "i18n": 0,
    "checks": 0,
    "files": 1,
    "garbage": 1,
    "limits": 1,
    "generators": 1,
    "cells": 2,
    "data": 2,
    "models": 2,
    "tasks": 3,
    "trace": 3,
    "training": 4,
    "export": 5,
    "insights": 5,
    "views": 6,
    "watching": 5,
    "live": 7,
    "lab": 8,
    "exercises": 9,
    "bench": 9,
    "notebook": 9,
    "sweep": 9,
    "__init__": TOP,
    "__main__": TOP,
    "cli": TOP,
    "site": TOP,
}
INSIDE = {  # the floors of a folder that has folders, from the ground up; its ``__init__`` is the roof
    "bench": ("instruments", "measures chapters", "command"),
    "exercises": ("answers kept", "chapters asked panel", "checking", "guess", "summary course classroom"),
    "exercises.kept": ("learner records tables", "draft notebooks", "this_notebook"),
    "exercises.chapters": ("how intorch applied limits", "catalog"),
    "export": ("codec script", "recipe", "comparison_recipe"),
    "lab": (
        "lifetime controls",
        "screen tools",
        "replay tour still",
        "console watch",
        "facade",
        "lab compare",
    ),
    "lab.watch": ("watchpanel", "watchscreen", "watch", "adapters"),
    "models": (
        "inputs recurrent attention dropout dynamics search",
        "decoder encoder lstm_model sequence simple_rnn tagger linear longrange",
        "seq2seq wordtagger",
    ),
    "sweep": ("trials", "importance shown workers", "results", "sweeping"),
    "tasks": (
        "batch halves inputpicture paths translation",
        "base",
        "classification registry owndata",
        "generated",
        "adding python_tokens sunspots temporal_order",
        "series pairs tags texts longrange",
    ),
    "tasks.series": ("table", "grid gaps simple", "reading", "record", "series", "own registered rolling"),
    "trace": (
        "isolation modules result",
        "scan capture",
        "registered",
        "recompute",
        "tracing listening attribution fixedpoints",
    ),
    "training": (
        "process taskcheck schedules tables bylabel failures",
        "columns",
        "settings history record parameter_norms",
        "snapshots presets",
        "session runner",
        "comparison perturbation",
    ),
    "views": (
        "words",
        "style patch",
        "canvas curvepanels timeaxis pastend still",
        "base",
        "score side",
        "heatpanels",
        "pictures cell perturbation",
        "comparison",
    ),
    "views.pictures": ("series", "gradients curves task pairs words", "states"),
}
LIMIT = 230  # lines of code in a module
FACADES = {"rnnviz.lab.lab", "rnnviz.lab.compare", "rnnviz.lab.watch.watch"}  # each is read whole
FACADE_LIMIT = 300
FUNCTION_LIMIT = 40  # in a function's body
SCRIPT_LIMIT = 300  # in a script of the page
MOST = 15  # modules in a folder
WIDGETS = {"ipywidgets", "anywidget", "traitlets", "IPython", "ipykernel"}
HEAVY = {"torch", "numpy", "plotly"} | WIDGETS
LOADED = {  # what a part may bring with it, by whatever way
    "i18n": set(),
    "cells": {"torch", "numpy"},
    "data": set(),
    "training": {"torch", "numpy"},
    "export": {"torch", "numpy"},
    "insights": {"torch", "numpy"},
    "watching": {"torch", "numpy"},
    "views": {"torch", "numpy", "plotly"},
}
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Import:
    """One imported name: who imports it, on which line, and its full dotted name."""

    importer: str
    line: int
    name: str

    @property
    def floor_of_importer(self) -> int | None:
        return FLOORS.get(_part(self.importer))

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.name}"


def _heavy_is_misplaced(library: str, part: str, floor: int) -> bool:
    if part in {"i18n", "data"}:
        return library in HEAVY
    if library == "torch":
        return floor >= FLOORS["views"] and part not in {"bench", "cli"}  # one measures torch, the other examines it
    if library == "plotly":
        return floor < FLOORS["views"]
    if library in WIDGETS:
        return floor < FLOORS["live"]
    return False


def modules(package: Path) -> dict[str, Path]:
    """Return every module of a package by its dotted name; a package's own module ends in ``.__init__``."""
    return {".".join(path.relative_to(package.parent).with_suffix("").parts): path for path in package.rglob("*.py")}


def imports(module: str, path: Path) -> Iterator[Import]:
    """Yield what a file imports, wherever in the file it does: type checkers and late imports obey the floors too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (late := _imported_by_name(node)) is not None:
            yield Import(module, node.lineno, late)
        elif isinstance(node, ast.Import):
            yield from (Import(module, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (Import(module, node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _imported_by_name(node: ast.AST) -> str | None:
    """Return what ``import_module("name")`` or ``__import__("name")`` imports."""
    match node:
        case ast.Call(func=ast.Attribute(attr=verb) | ast.Name(id=verb), args=[ast.Constant(value=str(name)), *_]):
            return name if verb in {"import_module", "__import__"} else None
    return None


def violations(package: Path) -> list[str]:
    """Return one sentence for each import that breaks the floors."""
    known = modules(package)
    found = []
    for module, path in sorted(known.items()):
        if _part(module) not in FLOORS:
            found.append(f"{module} has no floor: decide which, and add {_part(module)!r} to FLOORS in test_floors.py")
            continue
        found += [sentence for entry in imports(module, path) if (sentence := _wrong(entry, known))]
    return found


def _wrong(entry: Import, known: dict[str, Path]) -> str | None:
    here, floor = _part(entry.importer), entry.floor_of_importer
    library = entry.name.partition(".")[0]
    assert floor is not None
    if library != "rnnviz":
        return f"{entry}: that library does not belong there" if _heavy_is_misplaced(library, here, floor) else None
    if entry.name == "rnnviz.__version__":
        return None  # a constant, whatever floor asks for it
    there = _part(_module(entry.name, known))
    if there == here:
        return _wrong_inside(entry, known)
    if floor == TOP or FLOORS.get(there, -1) < floor:
        return None
    return f"{entry}: {here} is on floor {floor}, {there} on floor {FLOORS[there]}"


def _wrong_inside(entry: Import, known: dict[str, Path]) -> str | None:
    """Compare the floors of two modules where their ways part, in the innermost folder that has both."""
    importer, imported = entry.importer.split(".")[1:], _module(entry.name, known).split(".")[1:]
    shared = next((n for n, (one, other) in enumerate(zip(importer, imported, strict=False)) if one != other), 0)
    folder, here, there = ".".join(importer[:shared]), *(way[shared : shared + 1] for way in (importer, imported))
    floors = _floors(folder)
    if not floors or not here or floors.get(there[0], -1) < floors.get(here[0], -1):
        return None
    return f"{entry}: in {folder}, {here[0]} is on floor {floors.get(here[0])}, {there[0]} on {floors.get(there[0])}"


def _floors(folder: str) -> dict[str, int]:
    named = {name: floor for floor, names in enumerate(INSIDE.get(folder, ())) for name in names.split()}
    return {**named, "__init__": len(named)} if named else {}


def unplaced(package: Path) -> list[str]:
    """Return a sentence for each name in a folder of folders that has no floor there, and each floor without a name."""
    there: dict[str, set[str]] = {}
    for module in modules(package):
        way = module.split(".")[1:]
        for depth in range(1, len(way)):
            there.setdefault(".".join(way[:depth]), set()).add(way[depth])
    leaves = {folder for folder, names in there.items() if not any(f"{folder}.{name}" in there for name in names)}
    found = []
    for folder in sorted((set(there) - leaves) | set(INSIDE)):
        names, floors = there.get(folder, set()), set(_floors(folder)) - {"__init__"}
        found += [f"{folder}/{name} has no floor: add it to INSIDE" for name in sorted(names - floors - {"__init__"})]
        found += [f"{folder}/{name} is no more: take it out of INSIDE" for name in sorted(floors - names)]
    return found


def cycles(package: Path) -> list[str]:
    """Return each circle of modules that import one another."""
    return _circles(_graph(package))


def folder_cycles(package: Path) -> list[str]:
    """Return each circle of folders that import one another; an ``__init__`` is the door to what its folder holds."""
    folders: dict[str, set[str]] = {}
    for module, targets in _graph(package).items():
        if not _is_door(module):
            inside = folders.setdefault(_folder(module), set())
            inside |= {_folder(target) for target in targets if not _is_door(target)} - {_folder(module)}
    return _circles({folder: sorted(targets) for folder, targets in folders.items()})


def _graph(package: Path) -> dict[str, list[str]]:
    known = modules(package)
    return {
        module: sorted({_module(entry.name, known) for entry in imports(module, path) if _is_ours(entry.name)})
        for module, path in known.items()
    }


def _is_door(module: str) -> bool:
    return module.rpartition(".")[2] in {"__init__", "__main__"}


def _folder(module: str) -> str:
    return module.rpartition(".")[0]


def _circles(graph: dict[str, list[str]]) -> list[str]:
    finished: set[str] = set()
    found = []

    def visit(module: str, trail: list[str]) -> None:
        if module in trail:
            found.append(" -> ".join([*trail[trail.index(module) :], module]))
        elif module not in finished:
            for target in graph[module]:
                visit(target, [*trail, module])
            finished.add(module)

    for module in sorted(graph):
        visit(module, [])
    return found


def crowded(package: Path) -> dict[str, int]:
    """Return the folders of more modules than a person keeps in mind, and how many they have."""
    counts = Counter(_folder(module) for module in modules(package))
    return {folder: count for folder, count in counts.items() if count > MOST}


def twice(package: Path) -> list[str]:
    """Return the names that two modules of one part have; ``base`` and ``__init__`` are nobody's own."""
    counts = Counter((_part(module), module.rpartition(".")[2]) for module in modules(package))
    return sorted(f"{part}: {stem}" for (part, stem), n in counts.items() if n > 1 and stem not in {"base", "__init__"})


def too_long(package: Path) -> dict[str, int]:
    """Return the modules and functions of more lines of code than a person reads at once, and how many they have."""
    found = {}
    for module, path in modules(package).items():
        source = path.read_text(encoding="utf-8")
        tree, lines = ast.parse(source), code_lines(source)
        if len(lines) > (FACADE_LIMIT if module in FACADES else LIMIT):
            found[module] = len(lines)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = len(lines.intersection(range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)))
                if length > FUNCTION_LIMIT:
                    found[f"{module}.{node.name}"] = length
    return found


def code_lines(source: str) -> set[int]:
    """Return the numbers of the lines of code: those that hold more than a docstring, a comment or nothing."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            words = node.body[0]
            lines.difference_update(range(words.lineno, (words.end_lineno or words.lineno) + 1))
    return lines


def script_lines(source: str) -> int:
    """Return how many lines of a script are code: those that hold more than a comment that begins there, or nothing."""
    told = re.sub(r"^[ \t]*/\*.*?\*/", "", source, flags=re.MULTILINE | re.DOTALL)
    return sum(not line.lstrip().startswith("//") for line in told.splitlines() if line.strip())


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "rnnviz" and name != "rnnviz.__version__"


def _module(name: str, known: dict[str, Path]) -> str:
    """Return the module that an imported name comes from."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        stem = ".".join(parts[:length])
        for candidate in (stem, f"{stem}.__init__"):
            if candidate in known:
                return candidate
    raise LookupError(f"{name} is in no module of the package")


def _part(module: str) -> str:
    return module.split(".")[1]


def test_every_import_points_to_a_lower_floor() -> None:
    assert violations(PACKAGE) == []


def test_no_modules_import_one_another_in_a_circle() -> None:
    assert cycles(PACKAGE) == []


def test_no_folders_import_one_another_in_a_circle() -> None:
    assert folder_cycles(PACKAGE) == []


def test_every_name_in_a_folder_of_folders_has_a_floor_there() -> None:
    assert unplaced(PACKAGE) == []


def test_no_folder_holds_more_modules_than_a_person_keeps_in_mind() -> None:
    assert crowded(PACKAGE) == {}


def test_no_two_modules_of_a_part_have_one_name() -> None:
    assert twice(PACKAGE) == []


def test_no_module_is_longer_than_a_person_reads() -> None:
    assert too_long(PACKAGE) == {}


def test_no_script_is_longer_than_a_person_reads() -> None:
    scripts = [path for path in PACKAGE.rglob("*.js") if not path.name.endswith(".min.js")]
    lengths = {path.name: script_lines(path.read_text(encoding="utf-8")) for path in scripts}
    assert len(lengths) > 50
    assert {name: lines for name, lines in lengths.items() if lines > SCRIPT_LIMIT} == {}


def test_comments_of_a_script_are_not_counted_and_its_code_is() -> None:
    assert script_lines("/**\n * What for.\n */\n// why\n\nlet a = 1; // and so\n/* one */ let b = 2;\n") == 2


def test_importing_the_package_loads_no_heavy_library() -> None:
    assert loaded_by("import rnnviz; dir(rnnviz); rnnviz.__version__") == set()


@pytest.mark.parametrize("part", LOADED)
def test_a_part_brings_no_library_of_a_higher_floor_with_it(part: str) -> None:
    assert loaded_by(f"import rnnviz.{part}") - LOADED[part] == set()


def loaded_by(code: str) -> set[str]:
    """Return the heavy libraries that are loaded when this code has run in an interpreter of its own."""
    code += f"; import sys; print(*set({sorted(HEAVY)}).intersection(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    return set(told.stdout.split())


def test_every_floor_has_a_module_on_it() -> None:
    assert set(FLOORS) == {_part(module) for module in modules(PACKAGE)}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a package with one empty module on most floors."""
    for module in ("__init__", "i18n/__init__", "cells", "models/__init__", "tasks/__init__", "trace/__init__"):
        _plant(tmp_path / "rnnviz", module, "")
    for module in (
        "trace/scan",
        "trace/other",
        "views/__init__",
        "live/__init__",
        "lab/__init__",
        "exercises/__init__",
    ):
        _plant(tmp_path / "rnnviz", module, "")
    for module in ("trace/tracing", "trace/capture/__init__", "bench/__init__", "cli"):
        _plant(tmp_path / "rnnviz", module, "")
    return tmp_path / "rnnviz"


def _plant(package: Path, module: str, code: str) -> None:
    path = package / f"{module}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("lab/__init__", "from rnnviz import cells\nfrom rnnviz.views import hidden\nimport rnnviz.trace.scan"),
        ("trace/scan", "import torch\nfrom . import other\nfrom .. import cells"),
        ("bench/__init__", "import torch, plotly, ipywidgets"),
        ("cells", "from rnnviz import __version__"),
        ("trace/scan", "from importlib import import_module\nimport_module('xarray')"),
        ("cli", "from rnnviz.bench import main\nfrom rnnviz import __version__, Lab"),
        ("__init__", "def f():\n    from rnnviz.lab import Lab"),
    ],
)
def test_the_checker_lets_a_good_import_pass(small: Path, module: str, code: str) -> None:
    _plant(small, module, code)
    assert violations(small) == []


@pytest.mark.parametrize(
    ("module", "code", "blame"),
    [
        ("cells", "from rnnviz import lab", "cells is on floor 2, lab on floor 8"),
        ("cells", "import rnnviz.trace.scan", "cells is on floor 2, trace on floor 3"),
        ("trace/scan", "from ..views import hidden", "trace is on floor 3, views on floor 6"),
        ("trace/scan", "from .. import lab", "trace is on floor 3, lab on floor 8"),
        ("models/__init__", "from rnnviz.tasks import make", "models is on floor 2, tasks on floor 3"),
        ("trace/__init__", "def f():\n    from rnnviz.lab import Lab", "lab on floor 8"),
        ("trace/__init__", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import rnnviz.live", "live"),
        ("trace/__init__", "from rnnviz import Lab", "__init__ on floor 10"),
        ("views/__init__", "import torch.nn as nn", "imports torch.nn: that library does not belong there"),
        ("lab/__init__", "from torch import Tensor", "imports torch.Tensor: that library"),
        ("trace/scan", "import plotly.graph_objects", "imports plotly.graph_objects: that library"),
        ("views/__init__", "from ipywidgets import VBox", "imports ipywidgets.VBox: that library"),
        ("views/__init__", "from IPython.display import display", "imports IPython.display.display: that library"),
        ("i18n/__init__", "import torch", "imports torch: that library"),
        ("bench/__init__", "from rnnviz.exercises import check", "bench is on floor 9, exercises on floor 9"),
        ("lab/__init__", "import importlib\nimportlib.import_module('torch')", "imports torch: that library"),
        ("trace/scan", "from importlib import import_module\nimport_module('rnnviz.lab')", "lab on floor 8"),
        ("trace/scan", "__import__('plotly')", "imports plotly: that library"),
        ("trace/scan", "from rnnviz.trace.tracing import trace", "in trace, scan is on floor 1, tracing on 4"),
        ("trace/scan", "from rnnviz.trace.capture import calls", "in trace, scan is on floor 1, capture on 1"),
        ("trace/scan", "from rnnviz.trace import trace", "in trace, scan is on floor 1, __init__ on"),
        ("helpers", "", "rnnviz.helpers has no floor: decide which, and add 'helpers' to FLOORS"),
    ],
)
def test_the_checker_finds_a_planted_violation(small: Path, module: str, code: str, blame: str) -> None:
    _plant(small, module, code)
    (sentence,) = violations(small)
    assert blame in sentence


def test_the_checker_finds_a_planted_circle(small: Path) -> None:
    _plant(small, "trace/__init__", "from rnnviz.trace.scan import scan")
    _plant(small, "trace/scan", "def f():\n    from rnnviz.trace import Trace")
    assert cycles(small) == ["rnnviz.trace.__init__ -> rnnviz.trace.scan -> rnnviz.trace.__init__"]


def test_the_checker_finds_a_planted_circle_of_folders_whose_modules_are_in_none(small: Path) -> None:
    _plant(small, "lab/screen/panel", "from rnnviz.lab.tools.insights import Line")
    _plant(small, "lab/tools/insights", "")
    _plant(small, "lab/tools/share", "from rnnviz.lab.screen.screen import Screen")
    _plant(small, "lab/screen/screen", "")
    assert cycles(small) == []
    assert folder_cycles(small) == ["rnnviz.lab.screen -> rnnviz.lab.tools -> rnnviz.lab.screen"]


def test_the_checker_finds_a_planted_folder_without_a_floor(small: Path) -> None:
    _plant(small, "trace/helpers/arrays", "")
    assert "trace/helpers has no floor: add it to INSIDE" in unplaced(small)


def test_the_checker_finds_a_planted_folder_of_folders_without_floors(small: Path) -> None:
    _plant(small, "live/wire/feed", "")
    assert "live/wire has no floor: add it to INSIDE" in unplaced(small)


def test_the_checker_finds_a_planted_crowd(small: Path) -> None:
    for number in range(MOST + 1):
        _plant(small, f"tasks/made/task_{number}", "")
    assert crowded(small) == {"rnnviz.tasks.made": MOST + 1}


def test_the_checker_finds_a_planted_name_that_stands_twice(small: Path) -> None:
    for module in ("lab/tools/panel", "lab/screen/panel", "lab/tools/base", "lab/screen/base", "live/panel"):
        _plant(small, module, "")
    assert twice(small) == ["lab: panel"]


def test_the_checker_finds_a_planted_module_without_an_end(small: Path) -> None:
    _plant(small, "trace/scan", "x = 1\n" * (LIMIT + 1))
    assert too_long(small) == {"rnnviz.trace.scan": LIMIT + 1}


def test_words_for_the_reader_make_no_module_too_long(small: Path) -> None:
    words = '"""' + "What it does.\n" * LIMIT + '"""\n'
    function = f"def f():\n    {words}    return 1\n"
    _plant(small, "trace/scan", words + "# why\n\n" * LIMIT + function + "x = 1\n" * (LIMIT - 2))
    assert too_long(small) == {}


def test_a_text_that_is_no_docstring_is_code(small: Path) -> None:
    _plant(small, "trace/scan", 'PROGRAM = """' + "print()\n" * LIMIT + '"""\n')
    assert too_long(small) == {"rnnviz.trace.scan": LIMIT + 1}


def test_a_facade_may_be_longer_and_has_an_end_too(small: Path) -> None:
    _plant(small, "lab/lab", "x = 1\n" * FACADE_LIMIT)
    assert too_long(small) == {}
    _plant(small, "lab/lab", "x = 1\n" * (FACADE_LIMIT + 1))
    assert too_long(small) == {"rnnviz.lab.lab": FACADE_LIMIT + 1}


def test_the_checker_finds_a_planted_function_without_an_end(small: Path) -> None:
    _plant(small, "trace/scan", "class A:\n    def f(self):\n" + "        x = 1\n" * (FUNCTION_LIMIT + 1))
    assert too_long(small) == {"rnnviz.trace.scan.f": FUNCTION_LIMIT + 1}


def test_every_facade_is_there_and_is_read_whole() -> None:
    assert set(modules(PACKAGE)) >= FACADES
