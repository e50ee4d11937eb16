"""A module imports only from floors below its own, and the heavy libraries stay on the floors they belong to."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import rnnviz

PACKAGE = Path(rnnviz.__file__).parent
TOP = 9
FLOORS = {
    "i18n": 0,
    "checks": 0,
    "files": 1,
    "limits": 1,
    "generators": 1,
    "cells": 2,
    "models": 2,
    "tasks": 2,
    "trace": 3,
    "training": 4,
    "export": 5,
    "insights": 5,
    "views": 5,
    "watching": 5,
    "live": 6,
    "lab": 7,
    "exercises": 8,
    "bench": 8,
    "__init__": TOP,
    "__main__": TOP,
    "cli": TOP,
}
LIMIT = 300
WIDGETS = {"ipywidgets", "anywidget", "traitlets", "IPython", "ipykernel"}
HEAVY = {"torch", "numpy", "plotly"} | WIDGETS
LOADED = {  # what a part may bring with it, by whatever way
    "i18n": set(),
    "cells": {"torch", "numpy"},
    "training": {"torch", "numpy"},
    "views": {"torch", "numpy", "plotly"},
}


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
    if part == "i18n":
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
    if there == here or floor == TOP or FLOORS.get(there, -1) < floor:
        return None
    return f"{entry}: {here} is on floor {floor}, {there} on floor {FLOORS[there]}"


def cycles(package: Path) -> list[str]:
    """Return each circle of modules that import one another."""
    known = modules(package)
    graph = {
        module: sorted({_module(entry.name, known) for entry in imports(module, path) if _is_ours(entry.name)})
        for module, path in known.items()
    }
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


def too_long(package: Path) -> dict[str, int]:
    """Return the modules of more lines than a person reads, and how many they have."""
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in modules(package).items()}
    return {module: length for module, length in lengths.items() if length > LIMIT}


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


def test_no_module_is_longer_than_a_person_reads() -> None:
    assert too_long(PACKAGE) == {}


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
    for module in ("trace/scan", "views/__init__", "live/__init__", "lab/__init__", "exercises/__init__"):
        _plant(tmp_path / "rnnviz", module, "")
    for module in ("bench/__init__", "cli"):
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
        ("cells", "from rnnviz import lab", "cells is on floor 2, lab on floor 7"),
        ("cells", "import rnnviz.trace.scan", "cells is on floor 2, trace on floor 3"),
        ("trace/scan", "from ..views import hidden", "trace is on floor 3, views on floor 5"),
        ("trace/scan", "from .. import lab", "trace is on floor 3, lab on floor 7"),
        ("models/__init__", "from rnnviz.tasks import make", "models is on floor 2, tasks on floor 2"),
        ("trace/__init__", "def f():\n    from rnnviz.lab import Lab", "lab on floor 7"),
        ("trace/__init__", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import rnnviz.live", "live"),
        ("trace/__init__", "from rnnviz import Lab", "__init__ on floor 9"),
        ("views/__init__", "import torch.nn as nn", "imports torch.nn: that library does not belong there"),
        ("lab/__init__", "from torch import Tensor", "imports torch.Tensor: that library"),
        ("trace/scan", "import plotly.graph_objects", "imports plotly.graph_objects: that library"),
        ("views/__init__", "from ipywidgets import VBox", "imports ipywidgets.VBox: that library"),
        ("views/__init__", "from IPython.display import display", "imports IPython.display.display: that library"),
        ("i18n/__init__", "import torch", "imports torch: that library"),
        ("bench/__init__", "from rnnviz.exercises import check", "bench is on floor 8, exercises on floor 8"),
        ("lab/__init__", "import importlib\nimportlib.import_module('torch')", "imports torch: that library"),
        ("trace/scan", "from importlib import import_module\nimport_module('rnnviz.lab')", "lab on floor 7"),
        ("trace/scan", "__import__('plotly')", "imports plotly: that library"),
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


def test_the_checker_finds_a_planted_module_without_an_end(small: Path) -> None:
    _plant(small, "trace/scan", "\n" * (LIMIT + 1))
    assert set(too_long(small)) == {"rnnviz.trace.scan"}
