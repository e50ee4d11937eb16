"""The project's address stands in one place, and all links that hang on it agree."""

import importlib.util
import re
import shutil
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_package import ROOT

FILES = ("README.md", "CITATION.cff", "pyproject.toml")
CHAPTERS = sorted(path.name for path in (ROOT / "notebooks" / "en").glob("*.ipynb"))
PLACES = {
    "https://github.com/someone/lab": "https://mybinder.org/v2/gh/someone/lab/HEAD?urlpath=lab/tree/notebooks/en/",
    "https://gitlab.com/a/b/lab": "https://mybinder.org/v2/gl/a%2Fb%2Flab/HEAD?urlpath=lab/tree/notebooks/en/",
    "https://git.example.org/lab": "https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%2Flab/HEAD?urlpath=lab/tree/notebooks/en/",
}


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("address", ROOT / ".github" / "address.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("address", PLACES)
def test_one_address_gives_badge_clone_line_citation_and_a_link_for_every_chapter(
    script: ModuleType, copy: Path, address: str
) -> None:
    script.write(copy, address)
    readme = (copy / "README.md").read_text(encoding="utf-8")
    assert tomllib.loads((copy / "pyproject.toml").read_text())["project"]["urls"] == {"Repository": address}
    assert f"\nrepository-code: {address}\n" in (copy / "CITATION.cff").read_text()
    assert re.findall(r"\[on Binder\]\((.+?)\)", readme) == [PLACES[address] + name for name in CHAPTERS]
    assert f"[![Binder](https://mybinder.org/badge_logo.svg)]({PLACES[address]}{CHAPTERS[0]})" in readme
    assert f"`git clone {address}`" in readme


def test_another_address_takes_the_place_of_the_first_and_none_leaves_no_trace(script: ModuleType, copy: Path) -> None:
    script.write(copy, "none")
    before = [(copy / name).read_text() for name in FILES]
    script.write(copy, "https://github.com/someone/lab")
    script.write(copy, "https://gitlab.com/a/b/lab/")
    changed = [(copy / name).read_text() for name in FILES]
    assert not any("someone" in text for text in changed)
    assert all("https://gitlab.com/a/b/lab" in text for text in changed)
    script.write(copy, "none")
    assert [(copy / name).read_text() for name in FILES] == before


def test_the_links_of_this_checkout_are_those_of_its_own_address(script: ModuleType, copy: Path) -> None:
    script.write(copy, None)
    for name in FILES:
        assert (copy / name).read_text(encoding="utf-8") == (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "address", ["", "github.com/a/b", "https://github.com", "https://a.org/x`y", 'https://a.org/"']
)
def test_what_is_no_address_is_refused_and_nothing_written(script: ModuleType, copy: Path, address: str) -> None:
    with pytest.raises(SystemExit, match="ADDRESS must be a page on the web"):
        script.write(copy, address)
    assert (copy / "README.md").read_text() == (ROOT / "README.md").read_text()
