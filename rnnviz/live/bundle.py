"""Files of the front end, from beside the modules that bring them to the browser; scripts with all they import."""

import re
from dataclasses import dataclass
from pathlib import Path

from rnnviz import __version__

__all__ = ["beside", "linked"]

_VERSION = '"{rnnviz.__version__}"'  # as page.js has it
_TYPES = re.compile(r"/\*\*(?:(?!\*/).)*\*/ ?", re.DOTALL)
_UNSPOKEN = re.compile(r"^[ \t]*(?://[^\n]*)?\n", re.MULTILINE)
_IMPORT = re.compile(
    r'^import\s+(?:(\*\s*as\s+\w+|\w+|(?:\w+\s*,\s*)?\{[^{}]*\})\s+from\s+)?"(\.[^"\n]+)";\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export\s+(?=(?:const|class|(?:async\s+)?function\*?)\s+(\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export\s+default\s+(?!class\b|function\b|async\b)", re.MULTILINE)
_NO_WORD = re.compile(r"\W")
_UNKNOWN = re.compile(r"^(?:import|export|await)\b[^\n]*", re.MULTILINE)


def beside(module: str, name: str) -> str:
    """Return a file of this name beside the module; a script as one ES module, see `linked`."""
    path = Path(module).with_name(name)
    return _Bundle().script(path) if path.suffix == ".js" else path.read_text(encoding="utf-8")


def linked(script: str, module: str) -> str:
    """Return a script that stands beside a module as one ES module, imports put before; ValueError: see `_Bundle`."""
    return _Bundle().linked(script, Path(module))


@dataclass(frozen=True)
class _Scope:
    """A script within a function: the constant that holds what it exports, these names, and its text."""

    name: str
    exports: frozenset[str]
    text: str


class _Bundle:
    """The scripts that one script needs, each in a scope; those come first that need no other.

    Imports are ``import … from "./file.js";``, exports are ``export`` before a constant, a class, a function, or the
    default's expression; each begins a line. Left out are comments of the form ``/** … */`` and lines that hold
    nothing or a comment alone, so text in backticks must not span such a line.

    Raises
    ------
    ValueError
        If a script imports, exports or awaits at its top level in another way, imports a name that the other does not
        export, or imports itself on a detour.
    FileNotFoundError
        If it imports a file that is not there.
    """

    def __init__(self) -> None:
        self._scopes: dict[Path, _Scope] = {}

    def script(self, path: Path) -> str:
        return self.linked(path.read_text(encoding="utf-8"), path)

    def linked(self, script: str, path: Path) -> str:
        # nobody can import from the last one, so its exports become plain declarations
        body = _EXPORT.sub("", self._with_imports(script, path.resolve(), ()))
        _check(_DEFAULT.sub("", body, count=1), path)
        return "".join([*(scope.text for scope in self._scopes.values()), body])

    def _with_imports(self, script: str, path: Path, trail: tuple[Path, ...]) -> str:
        """Fetch what a script imports, and return it with declarations in place of its imports."""
        if path in trail:
            circle = " → ".join(one.name for one in (*trail[trail.index(path) :], path))
            raise ValueError(f"scripts import each other in a circle, {circle}; move what both need to a third.")

        def declared(found: re.Match[str]) -> str:
            names, place = found.groups(default="{}")
            there = path.parent.joinpath(place).resolve()
            scope = self._scope(there, (*trail, path))
            if names.startswith("*"):
                return f"const {names.split()[-1]} = {scope.name};\n"
            taken = _taken(names)
            if missing := {export for export, _ in taken} - scope.exports:
                raise ValueError(f"{path.name} imports {sorted(missing)} from {there.name}, which does not export it.")
            fields = ", ".join(export if export == own else f"{export}: {own}" for export, own in taken)
            return f"const {{ {fields} }} = {scope.name};\n" if fields else ""

        plain = _UNSPOKEN.sub("", _TYPES.sub("", script)).replace(_VERSION, f'"{__version__}"')
        return _IMPORT.sub(declared, plain)

    def _scope(self, path: Path, trail: tuple[Path, ...]) -> _Scope:
        if path not in self._scopes:
            body = self._with_imports(path.read_text(encoding="utf-8"), path, trail)
            exports = _EXPORT.findall(body)
            body, defaults = _DEFAULT.subn("const $default = ", _EXPORT.sub("", body).rstrip())
            _check(body, path)
            given = ", ".join([*exports, *["default: $default"] * defaults])
            name = f"${_NO_WORD.sub('_', path.stem)}{len(self._scopes)}"
            # a function is a scope as a module is one: names that two files happen to share stay apart
            text = f"const {name} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();\n"
            self._scopes[path] = _Scope(name, frozenset([*exports, *["default"] * defaults]), text)
        return self._scopes[path]


def _taken(names: str) -> list[tuple[str, str]]:
    """Return the exports that ``import … from`` takes, each with its name here: ``a, { b as c }`` are default and b."""
    default, _, listed = names.partition("{")
    pairs = [("default", one) for one in default.replace(",", " ").split()]
    named = [one.split() for one in listed.rstrip("} \n").split(",") if one.strip()]
    return pairs + [(one[0], one[-1]) for one in named]


def _check(body: str, path: Path) -> None:
    if unknown := _UNKNOWN.search(body):
        raise ValueError(f"{path.name} has a line {unknown[0]!r}; write it as `linked` asks.")
