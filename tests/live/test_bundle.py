"""Scripts with real imports reach the browser as one module; what cannot be joined faithfully is refused."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import rnnviz
from rnnviz.live import CellView, DraggableFigure, Feed, LiveFigure, PlotlyRuntime
from rnnviz.live.bundle import beside, linked
from tests.test_floors import FLOORS

PACKAGE = Path(rnnviz.__file__).parent
SCRIPTS = sorted(PACKAGE.rglob("*.js"))
Plant = Callable[..., str]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Write scripts, the first of them ``main.js``; return all as one module."""

    def planted(main: str, **others: str) -> str:
        for name, text in {"main": main, **others}.items():
            path = tmp_path / "part" / f"{name}.js"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return beside(str(tmp_path / "part" / "part.py"), "main.js")

    return planted


def test_what_a_script_imports_comes_before_it_in_a_scope_of_its_own(plant: Plant) -> None:
    text = plant(
        'import { a } from "./other.js";\nexport default { a };\n',
        other="const hidden = 1;\nexport const a = hidden + 1;\n",
    )
    assert text == (
        "const $other0 = (() => {\nconst hidden = 1;\nconst a = hidden + 1;\nreturn { a };\n})();\n"
        "const { a } = $other0;\nexport default { a };\n"
    )


@pytest.mark.parametrize(
    ("line", "declaration"),
    [
        ('import { a } from "./other.js";', "const { a } = $other0;"),
        ('import { a as b, c } from "./other.js";', "const { a: b, c } = $other0;"),
        ('import {\n  a,\n  c,\n} from "./other.js";', "const { a, c } = $other0;"),
        ('import whole from "./other.js";', "const { default: whole } = $other0;"),
        ('import whole, { a as b } from "./other.js";', "const { default: whole, a: b } = $other0;"),
        ('import * as all from "./other.js";', "const all = $other0;"),
    ],
)
def test_every_way_to_import_has_its_declaration(plant: Plant, line: str, declaration: str) -> None:
    text = plant(f"{line}\nconst used = 1;\n", other="export const a = 1;\nexport class c {}\nexport default a;\n")
    assert text.endswith(f"}})();\n{declaration}\nconst used = 1;\n")


@pytest.mark.parametrize(
    "export", ["const a = 1;", "class a {}", "function a() {}", "async function a() {}", "function* a() {}"]
)
def test_every_kind_of_declaration_can_be_exported(plant: Plant, export: str) -> None:
    text = plant('import { a } from "./other.js";\na;\n', other=f"export {export}\n")
    assert f"{export}\nreturn {{ a }};" in text


def test_a_script_that_two_others_need_comes_once_and_first(plant: Plant) -> None:
    text = plant(
        'import { left } from "./left.js";\nimport { right } from "./right.js";\nleft + right;\n',
        left='import { base } from "./base.js";\nexport const left = base + 1;\n',
        right='import { base } from "./base.js";\nexport const right = base + 2;\n',
        base="export const base = 1;\n",
    )
    assert re.findall(r"^const (\$\w+) = \(", text, re.MULTILINE) == ["$base0", "$left1", "$right2"]
    assert text.count("const base = 1;") == 1


def test_a_script_of_another_folder_is_found_by_its_relative_path(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    (tmp_path / "lab" / "replay").mkdir(parents=True)
    (tmp_path / "live" / "page.js").write_text("export const page = 1;\n")
    (tmp_path / "live" / "feed.js").write_text('import { page } from "./page.js";\nexport const feed = page;\n')
    (tmp_path / "lab" / "replay" / "player.js").write_text(
        'import { feed } from "../../live/feed.js";\nimport { page } from "../../live/page.js";\nfeed + page;\n'
    )
    text = beside(str(tmp_path / "lab" / "replay" / "page.py"), "player.js")
    assert text.count("const page = 1;") == 1
    assert text.endswith("const { feed } = $feed1;\nconst { page } = $page0;\nfeed + page;\n")


def test_two_scripts_of_one_name_stay_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.js").write_text(f'export const {folder} = "{folder}";\n')
    script = 'import { one } from "./one/same.js";\nimport { two } from "./two/same.js";\n'
    text = linked(script, str(tmp_path / "here.py"))
    assert text.endswith("const { one } = $same0;\nconst { two } = $same1;\n")


def test_types_and_lines_that_hold_a_comment_alone_stay_at_home(plant: Plant) -> None:
    text = plant(
        "// What this is.\n\n/**\n * @param {number} a\n */\nfunction f(a) {\n  // why\n  return a; // stays\n}\n"
        'const call = (/** @type {number} */ a) => "// no comment";\n'
    )
    assert text == 'function f(a) {\n  return a; // stays\n}\nconst call = (a) => "// no comment";\n'


@pytest.mark.parametrize(
    ("main", "other", "words"),
    [
        ('import { a } from "https://example.org/a.js";\n', "", r"main\.js has a line 'import \{ a \} from"),
        ('import { a } from "library";\n', "", r"main\.js has a line 'import"),
        ('import { a } from "./other.js";\n', "export let a = 1;\n", r"other\.js has a line 'export let a = 1;'"),
        (
            'import { a } from "./other.js";\n',
            "const a = 1;\nexport { a };\n",
            r"other\.js has a line 'export \{ a \};'",
        ),
        ('import { a } from "./other.js";\n', 'export * from "./main.js";\n', r"other\.js has a line 'export \*"),
        (
            'import a from "./other.js";\n',
            "export default function a() {}\n",
            r"other\.js has a line 'export default f",
        ),
        ('import { a } from "./other.js";\n', "export const a = 1;\nawait a;\n", r"other\.js has a line 'await a;'"),
        (
            'import { a, b } from "./other.js";\n',
            "export const a = 1, b = 2;\n",
            r"main\.js imports \['b'\] from other\.js",
        ),
        ('import a from "./other.js";\n', "export const a = 1;\n", r"main\.js imports \['default'\] from other\.js"),
        (
            'import { a } from "./other.js";\nexport const b = 1;\n',
            'import { b } from "./main.js";\nexport const a = b;\n',
            "import each other in a circle, main.js → other.js → main.js; move what both need to a third",
        ),
    ],
)
def test_what_cannot_be_joined_faithfully_is_refused(plant: Plant, main: str, other: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        plant(main, other=other)


def test_a_script_that_is_not_there_is_named(plant: Plant) -> None:
    with pytest.raises(FileNotFoundError, match=r"lost\.js"):
        plant('import { a } from "./lost.js";\n')


def test_a_style_sheet_comes_as_it_is(tmp_path: Path) -> None:
    sheet = '/** head */\n\n@import "./other.css";\n'
    (tmp_path / "a.css").write_text(sheet)
    assert beside(str(tmp_path / "a.py"), "a.css") == sheet


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_of_the_package_can_be_joined(script: Path) -> None:
    text = beside(str(script.with_suffix(".py")), script.name)
    assert not re.search(r"^\s*import\b", text, re.MULTILINE)
    assert len(re.findall(r"^export\b", text, re.MULTILINE)) <= 1


@pytest.mark.parametrize("widget", [CellView, DraggableFigure, Feed, LiveFigure, PlotlyRuntime])
def test_a_widget_brings_one_module_with_one_default_export(widget: type) -> None:
    assert re.findall(r"^(?:import|export)\b.*?(?= reconnecting\()", widget._esm, re.MULTILINE) == ["export default"]
    scopes = re.findall(r"^const (\$\w+) = \(", widget._esm, re.MULTILINE)
    assert len(scopes) == len(set(scopes)) > 0


@pytest.mark.parametrize("widget", [DraggableFigure, Feed, LiveFigure, PlotlyRuntime])
def test_the_page_that_widgets_share_bears_the_version_of_the_package(widget: type) -> None:
    assert widget._esm.count(f'const VERSION = "{rnnviz.__version__}";') == 1


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_from_its_own_part_or_a_lower_floor(script: Path) -> None:
    here = script.relative_to(PACKAGE).parts[0]
    for place in re.findall(r'^import .*?"(.+)";$', script.read_text(encoding="utf-8"), re.MULTILINE):
        there = (script.parent / place).resolve().relative_to(PACKAGE).parts[0]
        assert there == here or FLOORS[there] < FLOORS[here], f"{script.name} imports {place}"
