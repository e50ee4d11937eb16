"""Every file of the package is written by `rnnviz.files`, and JSON that may be damaged is read there; see the lists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnnviz

PACKAGE = Path(rnnviz.__file__).parent
HOME = "files.py"
WRITERS = {
    *("write_text", "write_bytes", "touch", "rename", "renames", "link_to", "hardlink_to", "symlink_to", "urlretrieve"),
    *("copy", "copy2", "copyfile", "copyfileobj", "copytree", "move", "mkstemp", "NamedTemporaryFile", "FileHandler"),
    *("save", "savez", "savez_compressed", "savetxt", "tofile", "dump", "write_image", "write_html", "to_parquet"),
}
OF = {  # words for much else too: writers where they belong to these alone
    "copy": {"shutil"},
    "move": {"shutil"},
    "save": {"torch", "np", "numpy"},
    "dump": {"json", "pickle", "torch"},
    "write": {"nbformat"},
    "replace": {"os"},
    "link": {"os"},
    "symlink": {"os"},
}
OPENERS = {"open", "fdopen", "ZipFile", "TarFile", "GzipFile", "BZ2File", "LZMAFile", "memmap"}
MODE = re.compile(r"[rwaxbt+]{1,4}([:|]\w*)?")
READERS = {"load", "loads"}

# what may write elsewhere, and why nothing of anybody's can be lost by it
ALLOWED = {
    ("site/building.py", "write_text"): "into a temporary folder, from which the whole site is placed at once",
    ("site/building.py", "write_bytes"): "into the same",
    ("site/building.py", "nbformat.write"): "into the same",
    ("site/building.py", "shutil.copy"): "into the same",
    ("site/building.py", "copytree"): "into the same",
    ("cli/site.py", "touch"): "an empty file, at once removed: whether the folder takes any",
    ("bench/instruments/browser.py", "write_text"): "into a temporary folder, for the time of a measurement",
    ("bench/instruments/browser.py", "open"): "into the same",
    ("bench/instruments/memory.py", "open"): "nowhere: the null device",
    ("sweep/workers/store.py", "open"): "for a lock: nothing is written",
    ("trace/result/storage.py", "savez"): "into the draft that files.write hands it",
}
# what may read JSON elsewhere
KNOWN = {
    ("i18n/__init__.py", "json.loads"): "the package's own words",
    ("live/figure.py", "json.loads"): "what plotly has just written",
    ("sweep/workers/store.py", "json.loads"): "what was just written",
    ("bench/instruments/browser.py", "json.loads"): "what a measurement has printed",
    ("export/codec.py", "json.loads"): "a text, whose depth has a sentence of its own",
}


def called(call: ast.Call) -> tuple[str, str]:
    """Return what a call's function is taken from, where that has a name, and its own name."""
    if isinstance(call.func, ast.Attribute):
        return getattr(call.func.value, "id", ""), call.func.attr
    return "", getattr(call.func, "id", "")


def opens_to_write(call: ast.Call) -> bool:
    given = [*call.args, *(one.value for one in call.keywords if one.arg == "mode")]
    modes = [str(one.value) for one in given if isinstance(one, ast.Constant) and MODE.fullmatch(str(one.value))]
    flags = " ".join(map(ast.unparse, call.args))
    return any(set(mode) & set("wax+") for mode in modes) or bool(re.search("O_(WRONLY|RDWR|CREAT|APPEND)", flags))


def writes(call: ast.Call) -> str:
    """Return the name of what a call writes with; empty where it writes nothing."""
    owner, name = called(call)
    if name == "replace" and len(call.args) == 1 and not call.keywords:
        return "Path.replace"  # that of a string takes two
    if name in OF:
        return f"{owner}.{name}" if owner in OF[name] else ""
    if name in WRITERS or (name in OPENERS and opens_to_write(call)):
        return name
    return ""


def reads_json(call: ast.Call) -> str:
    owner, name = called(call)
    return f"json.{name}" if owner == "json" and name in READERS else ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(tree) if isinstance(one, ast.Call))


def found(kind: object) -> set[tuple[str, str]]:
    """Return where the package calls what is of a kind, and by what name."""
    assert callable(kind)
    places = set()
    for path in PACKAGE.rglob("*.py"):
        where = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        places |= {(where, name) for call in calls(tree) if where != HOME and (name := kind(call))}
    return places


def test_no_file_is_written_past_the_one_place_that_writes_whole_or_not_at_all() -> None:
    assert found(writes) == set(ALLOWED)


def test_no_json_is_read_past_the_one_place_that_knows_damaged_files() -> None:
    assert found(reads_json) == set(KNOWN)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("path.write_text('')", "write_text"),
        ("(folder / name).write_bytes(b'')", "write_bytes"),
        ("open(path, 'w')", "open"),
        ("open(path, mode='ab')", "open"),
        ("path.open('r+')", "open"),
        ("os.open(path, os.O_RDWR | os.O_CREAT)", "open"),
        ("ZipFile(path, 'w')", "ZipFile"),
        ("tarfile.open(path, 'w:gz')", "open"),
        ("shutil.copy(one, other)", "shutil.copy"),
        ("shutil.copytree(one, other)", "copytree"),
        ("torch.save(model, path)", "torch.save"),
        ("np.savez(path)", "savez"),
        ("json.dump({}, file)", "json.dump"),
        ("os.replace(one, other)", "os.replace"),
        ("draft.replace(path)", "Path.replace"),
        ("settings.replace(lr=0.1)", ""),
        ("open(path)", ""),
        ("open(path, 'rb')", ""),
        ("tarfile.open(fileobj=file, mode='r:')", ""),
        ("place.open('lab = rv.Lab()')", ""),
        ("text.replace('a', 'b')", ""),
        ("copy.copy(task)", ""),
        ("trace.save(path)", ""),
        ("file.write(content)", ""),
    ],
)
def test_the_checker_knows_what_writes(code: str, name: str) -> None:
    (outermost,) = (one.value for one in ast.parse(code).body if isinstance(one, ast.Expr))
    assert isinstance(outermost, ast.Call)
    assert writes(outermost) == name
