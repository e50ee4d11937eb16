"""What the package brings with it: all that it asks for, and all that they ask for, as installed here."""

import tomllib
from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import Requirement

from tests.binder.environment import ROOT, canonical

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def wishes(*extras: str) -> list[Requirement]:
    """Return what the package itself asks for, with these extras and those that they name."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    asked = list(map(Requirement, lines))
    named = [extra for one in asked if one.name == PROJECT["name"] for extra in sorted(one.extras)]
    mine = [one for one in asked if one.name != PROJECT["name"]]
    return [*mine, *(wishes(*named) if named else ())]


def brought(asked: Iterable[Requirement]) -> dict[str, metadata.Distribution]:
    """Return all distributions that come with these here, by canonical name."""
    found: dict[str, metadata.Distribution] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    left = list(asked)
    while left:
        one = left.pop()
        key = (canonical(one.name), frozenset(one.extras))
        if key in done:
            continue
        done.add(key)
        found[key[0]] = metadata.distribution(one.name)
        for line in found[key[0]].requires or []:
            further = Requirement(line)
            marker = further.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *one.extras)):
                left.append(further)
    return found
