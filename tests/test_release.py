"""What stands around the code tells of this version, this package and files that exist."""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnnviz
from tests.test_package import AGREED, ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
RELEASE = rnnviz.__version__.partition("rc")[0]  # the version that a candidate is for
CANDIDATE = rnnviz.__version__ != RELEASE
GITHUB = ROOT / ".github"
PAGES = [ROOT / "README.md", ROOT / "rnnviz" / "README.md", *sorted(GITHUB.glob("*.md"))]
ALWAYS = {".gitignore", "LICENSE", "README.md", "pyproject.toml"}  # a source archive holds these unasked


def _text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def _cited(field: str) -> str:
    [value] = re.findall(rf"^{field}: (.+)$", _text("CITATION.cff"), re.MULTILINE)
    return str(value)


def test_who_cites_the_package_names_the_version_that_is_built() -> None:
    assert _cited("version") == rnnviz.__version__


def test_who_cites_the_package_names_it_and_its_licence_as_its_metadata_do() -> None:
    assert (_cited("title"), _cited("license")) == (PROJECT["name"], PROJECT["license"])


def _releases() -> list[tuple[str, str]]:
    """Return each version that the changelog tells of, newest first, with what stands in brackets behind it."""
    return re.findall(r"^## (\d+\.\d+\.\d+) \((.+)\)$", _text(".github", "CHANGELOG.md"), re.MULTILINE)


def test_the_changelog_begins_with_the_version_that_is_built() -> None:
    assert _releases()[0][0] == RELEASE


def test_the_changelog_has_the_day_of_every_version_but_of_one_that_is_still_a_candidate() -> None:
    headings = re.findall(r"^## .+$", _text(".github", "CHANGELOG.md"), re.MULTILINE)
    undated = [version for version, when in _releases() if not re.fullmatch(r"\d{4}-\d\d-\d\d", when)]
    assert len(_releases()) == len(headings)
    assert undated == [RELEASE] * CANDIDATE
    assert not CANDIDATE or _releases()[0][1] == "unreleased"


def test_who_cites_a_version_that_is_out_names_the_day_that_the_changelog_has() -> None:
    days = re.findall(r"^date-released: (.+)$", _text("CITATION.cff"), re.MULTILINE)
    assert days == ([] if CANDIDATE else [_releases()[0][1]])


def test_the_source_archive_holds_everything_that_lies_at_the_top() -> None:
    assert set(SETTINGS["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]) | ALWAYS == AGREED


def test_a_tag_that_names_another_version_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    command = ["bash", str(ROOT / ".ci" / "build"), str(tmp_path / "dist"), "v9.9.9"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    told = f"FAILED: the tag is v9.9.9, but rnnviz/__init__.py has version {rnnviz.__version__}"
    assert answer.returncode == 1
    assert answer.stderr.startswith(told)
    assert list(tmp_path.iterdir()) == []


def test_what_is_built_never_joins_what_was_built_before(tmp_path: Path) -> None:
    (tmp_path / "rnnviz-0.0.1.tar.gz").touch()
    command = ["bash", str(ROOT / ".ci" / "build"), str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (1, f"FAILED: {tmp_path} is not empty; name a new folder\n")


def test_the_workflow_tries_every_python_that_the_metadata_name() -> None:
    [tried] = re.findall(r"^ +python: \[(.*\"3\.12\".*)\]$", _text(".github", "workflows", "tests.yml"), re.MULTILINE)
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert set(named) <= set(re.findall(r"[\d.]+", tried))
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_a_python_is_asked_for_when_the_metadata_name_it_and_only_told_of_when_not() -> None:
    workflow = _text(".github", "workflows", "tests.yml")
    [tried] = re.findall(r"^ +python: \[(.*\"3\.12\".*)\]$", workflow, re.MULTILINE)
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    told = re.findall(r"continue-on-error: \$\{\{ matrix\.python == '([\d.]+)' \}\}", workflow)
    assert set(told) == set(re.findall(r"[\d.]+", tried)) - set(named)


def test_what_a_change_does_not_wait_for_runs_in_a_workflow_unless_it_needs_a_gpu() -> None:
    marks = {one.partition(":")[0] for one in SETTINGS["tool"]["pytest"]["ini_options"]["markers"]}
    [long] = re.findall(r"^ +mark: \[(.+)\]$", _text(".github", "workflows", "long.yml"), re.MULTILINE)
    assert set(long.split(", ")) == marks - {"gpu", "processors"}
    assert "pytest -n 2 -m processors" in _text(".github", "workflows", "tests.yml")


def test_whoever_reports_a_bug_is_asked_for_what_the_doctor_says() -> None:
    [question] = re.findall(
        r"- type: textarea\n    id: doctor\n(?: {4,}.*\n)+", _text(".github/ISSUE_TEMPLATE/bug.yml")
    )
    assert "`rnnviz doctor`" in question
    assert question.endswith("validations:\n      required: true\n")


def _links(page: Path) -> Iterator[str]:
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return (link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link)


def _anchors(page: Path) -> set[str]:
    """Return what a heading is reached by: its words in small letters, joined by hyphens."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: os.path.relpath(page, ROOT))
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    lost = []
    for link in _links(page):
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (heading and heading not in _anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", sorted(GITHUB.glob("*.md")), ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    top = "|".join(re.escape(name) for name in sorted(AGREED))
    named = re.findall(rf"(?<![\w/.-])(?:{top})/[\w./-]*\w", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [f"/{path}" for path in listed.stdout.splitlines()]


def test_every_file_that_the_page_for_maintainers_names_exists() -> None:
    """A name may leave out the folders that its paragraph is about, so it must end the path of some file."""
    quoted = re.findall(r"(?<!`)`([^`]+)`(?!`)", _text("rnnviz", "README.md"))
    named = {name for words in quoted for name in re.findall(r"[\w./-]*\w\.(?:py|js|css|sh)\b(?![\w.-])", words)}
    tracked = _tracked()
    assert len(named) > 50
    assert sorted(name for name in named if not any(path.endswith(f"/{name}") for path in tracked)) == []
