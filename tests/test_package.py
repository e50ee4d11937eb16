"""The package as a whole: its front door, its words, its files, and what its README promises."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import rnnviz
from rnnviz import i18n
from tests.processes import printed_by

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rnnviz"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
AGREED = {
    ".ci",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CITATION.cff",
    "LICENSE",
    "README.md",
    "binder",
    "notebooks",
    "pyproject.toml",
    "rnnviz",
    "tests",
}
BY_HAND = {"build", "dist", "rnnviz-chapters"}  # made by people at work, ignored by git


@pytest.mark.parametrize("name", rnnviz.__all__)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(rnnviz, name) is not None


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"rnnviz has no name 'Labb'; it has .*Lab"):
        rnnviz.Labb  # noqa: B018 (looking the name up is the act under test)


def test_trace_is_the_function_even_after_its_package_was_imported() -> None:
    assert printed_by("import rnnviz.trace, rnnviz as rv; print(callable(rv.trace))") == "True"


def test_the_version_is_a_release_number_or_a_candidate_for_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(rc\d+)?", rnnviz.__version__)


def _used_words() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield each ``t(…)`` of the source with a pattern of the keys it may ask for."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t" and node.args:
                for key in _keys(node.args[0]):
                    yield f"{path.relative_to(ROOT)}, line {node.lineno}", key


def _keys(argument: ast.expr) -> Iterator[re.Pattern[str]]:
    if isinstance(argument, ast.Constant):
        yield re.compile(re.escape(str(argument.value)))
    elif isinstance(argument, ast.IfExp):
        yield from _keys(argument.body)
        yield from _keys(argument.orelse)
    elif isinstance(argument, ast.JoinedStr):
        parts = (re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[\w.-]+" for p in argument.values)
        yield re.compile("".join(parts))


def test_every_word_the_source_asks_for_exists() -> None:
    asked, known = list(_used_words()), i18n.keys()
    missing = [f"{where}: {key.pattern}" for where, key in asked if not any(map(key.fullmatch, known))]
    assert asked
    assert missing == []


def test_every_word_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    known, patterns = i18n.keys(), [pattern for _, pattern in _used_words()]
    asked = {key for key in known for pattern in patterns if pattern.fullmatch(key)}
    assert {key for key in known - asked if f'"{key}"' not in source} == set()


def test_the_words_are_sorted_by_key() -> None:
    keys = re.findall(r'^ +"([\w.-]+)":', (PACKAGE / "i18n" / "en.json").read_text(encoding="utf-8"), re.MULTILINE)
    assert keys == sorted(keys)


def test_the_top_level_holds_only_the_agreed_names() -> None:
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}", "ls-files"]
        listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        names = {path.partition("/")[0] for path in listing}
    else:
        names = {p.name for p in ROOT.iterdir() if p.name in AGREED or p.name[0] not in "._"} - BY_HAND - {"PKG-INFO"}
    assert names - AGREED == set()


@pytest.mark.parametrize(
    "command",
    [
        "pip install -c binder/constraints.txt -e '.[chapters]' && rnnviz lab",
        "pip install -c binder/constraints.txt -e '.[test]' && pytest",
    ],
)
def test_the_readme_gives_each_command_on_a_line_of_its_own(command: str) -> None:
    lines = [line.strip() for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()]
    assert lines.count(command) == 1


def _pins() -> dict[str, str]:
    lines = (ROOT / "binder" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) for pin in pins), "pins are exact, without local versions"
    return {_canonical(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _wishes() -> list[Requirement]:
    wishes = map(Requirement, [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)])
    return [wish for wish in wishes if wish.name != "rnnviz"]


@pytest.mark.parametrize("wish", _wishes(), ids=str)
def test_the_pinned_set_holds_every_dependency_in_a_version_that_is_asked_for(wish: Requirement) -> None:
    assert wish.specifier.contains(_pins()[_canonical(wish.name)])


def test_the_pinned_set_names_no_host() -> None:
    text = (ROOT / "binder" / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"://| @ |^-", text, re.MULTILINE)


def test_binder_asks_for_the_same_oldest_versions() -> None:
    environment = (ROOT / "binder" / "environment.yml").read_text(encoding="utf-8")
    lines = [line.lstrip(" -") for line in environment.splitlines() if ">=" in line]
    asked = {name: bounds.partition(",")[0] for name, bounds in (line.split(">=") for line in lines)}
    oldest = {wish.name: str(wish.specifier).removeprefix(">=") for wish in _wishes()}
    oldest["pytorch-cpu"] = oldest["torch"]
    assert {name: asked[name] for name in asked if name != "hatchling"} == {
        name: oldest[name] for name in asked if name != "hatchling"
    }


def test_the_base_brings_no_server_and_no_data() -> None:
    names = {Requirement(line).name for line in PROJECT["dependencies"]}
    assert names == {"torch", "numpy", "plotly", "ipywidgets", "anywidget"}
