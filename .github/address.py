"""Write the project's public address wherever it belongs, or take it out: ``python .github/address.py [ADDRESS]``.

The one place that holds it is ``Repository`` in ``[project.urls]`` of pyproject.toml. From it follow the lines in
CITATION.cff and, in README.md, the badge and the clone line and a link that opens each chapter on Binder. Without an
argument all but the first are written anew from what stands there.
"""

import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).parents[1]
BINDER = "https://mybinder.org"
HOSTS = {"github.com": "gh", "gitlab.com": "gl"}
BADGE = re.compile(r"^\[!\[Binder\].*\n\n?", re.MULTILINE)
LINK = re.compile(r", \[on Binder\]\([^)]*\)")
CHAPTER = re.compile(r"^(\| \d\d \| \[[^]]+\]\((?P<path>notebooks/en/[^)]+)\).*?)(?: \|)$", re.MULTILINE)
CLONE = "(`git clone` and the address of this page)"


def place(address: str, path: str) -> str:
    """Return where Binder opens a file of the repository."""
    split = urlsplit(address)
    name = split.path.strip("/").removesuffix(".git")
    kind = HOSTS.get(split.netloc)
    if kind is None:
        where = f"git/{quote(address, safe='')}"
    else:
        where = f"{kind}/{name if kind == 'gh' else quote(name, safe='')}"
    return f"{BINDER}/v2/{where}/HEAD?urlpath=lab/tree/{quote(path)}"


def addressed(readme: str, address: str | None) -> str:
    """Return README.md with this address, and without any other."""
    plain = re.sub(r"\(`git clone \S+`\)", CLONE, LINK.sub("", BADGE.sub("", readme)))
    if address is None:
        return plain
    start = place(address, "notebooks/en/00_start_here.ipynb")
    badge = f"[![Binder]({BINDER}/badge_logo.svg)]({start})\n\n"
    title, rest = plain.split("\n\n", 1)
    linked = CHAPTER.sub(lambda row: f"{row[1]}, [on Binder]({place(address, row['path'])}) |", rest)
    return f"{title}\n\n{badge}{linked}".replace(CLONE, f"(`git clone {address}`)")


def cited(citation: str, address: str | None) -> str:
    """Return CITATION.cff with this address."""
    plain = re.sub(r"^repository-code: .*\n", "", citation, flags=re.MULTILINE)
    return plain if address is None else plain.replace("license:", f"repository-code: {address}\nlicense:", 1)


def declared(project: str, address: str | None) -> str:
    """Return pyproject.toml with this address."""
    plain = re.sub(r"\[project\.urls\]\n(?:.+\n)*\n", "", project)
    table = f'[project.urls]\nRepository = "{address}"\n\n'
    return plain if address is None else plain.replace("[project.scripts]", f"{table}[project.scripts]", 1)


def address_of(project: str) -> str | None:
    """Return the address in pyproject.toml."""
    found = tomllib.loads(project)["project"].get("urls", {}).get("Repository")
    return None if found is None else str(found)


def write(root: Path, argument: str | None) -> None:
    """Write all files of a checkout; ``"none"`` takes the address out."""
    project = root / "pyproject.toml"
    if argument is not None:
        if argument != "none" and not re.fullmatch(r"https://[^\s/\"]+/[^\s\"`()]+", argument):
            raise SystemExit(
                f"ADDRESS must be a page on the web, such as https://github.com/OWNER/NAME, got {argument!r}."
            )
        given = None if argument == "none" else argument.rstrip("/")
        project.write_text(declared(project.read_text(encoding="utf-8"), given), encoding="utf-8")
    address = address_of(project.read_text(encoding="utf-8"))
    for name, change in (("README.md", addressed), ("CITATION.cff", cited)):
        path = root / name
        path.write_text(change(path.read_text(encoding="utf-8"), address), encoding="utf-8")


if __name__ == "__main__":
    write(ROOT, *(sys.argv[1:2] or [None]))
