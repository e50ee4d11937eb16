"""Recipe: a lab as a small JSON text, exact to the last digit, and as a form that fits into a link."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self
from urllib.parse import unquote

from rnnviz.tasks import Adding, PythonTokens, Sunspots, Task, TemporalOrder
from rnnviz.training.checks import optional, whole
from rnnviz.training.settings import Settings

__all__ = ["Recipe"]

_VERSION = 1
_LONGEST = 8000  # characters; a recipe has about 500
_LARGEST = {"hidden_size": 512, "num_layers": 8, "batch_size": 1024}  # what a text from elsewhere may ask of a machine
_KINDS: Mapping[str, type[Task]] = {kind.name: kind for kind in (Sunspots, Adding, TemporalOrder, PythonTokens)}
_OPTIONS: Mapping[str, Mapping[str, Callable[[str, Any], Any]]] = {
    "sunspots": {"horizon": whole(1)},
    "adding": {"seed": whole(0, 2**63 - 1)},
    "temporal-order": {"seed": whole(0, 2**63 - 1)},
    "python-tokens": {},
}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What makes a lab: it is read without running anything, and built from the names that are known.

    Parameters
    ----------
    task : str
        A built-in one.
    options : mapping
        What the task was made with beside its sequence length: ``horizon`` of the sunspots, ``seed`` of made-up data.
    settings : Settings
        All of them, the sequence length too.
    steps : int or None
        Where play pauses by itself.
    show, views : tuple of str or None
        Controls and pictures by name; None for the usual ones.

    Examples
    --------
    >>> recipe = Recipe(task="adding", settings=Settings(seq_len=20, lr=0.1), steps=50)
    >>> Recipe.parse(recipe.text()) == recipe
    True
    >>> Recipe.parse("https://example.org/lab?" + recipe.link()).settings.lr
    0.1
    """

    task: str
    settings: Settings
    options: Mapping[str, int] = field(default_factory=dict)
    steps: int | None = None
    show: tuple[str, ...] | None = None
    views: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.task not in _KINDS:
            raise ValueError(f"task must be one of {', '.join(_KINDS)}, got {self.task!r}.")
        known = _OPTIONS[self.task]
        _refuse_unknown("options", self.options, known)
        object.__setattr__(self, "options", {name: known[name](name, value) for name, value in self.options.items()})
        optional(whole(1, 10**9))("steps", self.steps)
        for name, most in _LARGEST.items():
            whole(1, most)(name, getattr(self.settings, name))

    @classmethod
    def of(cls, task: Task, settings: Settings, **more: Any) -> Self:
        """Return the recipe of a task and settings.

        Raises
        ------
        ValueError
            For a task of somebody's own, or sizes beyond what a recipe may ask for.
        """
        if _KINDS.get(task.name) is not type(task):
            raise ValueError(
                f"recipe() knows the built-in tasks ({', '.join(_KINDS)}) and cannot write down {task.name!r}; "
                "share the cell that defines it instead."
            )
        options = {name: getattr(task, name) for name in _OPTIONS[task.name]}
        return cls(task=task.name, options=options, settings=settings, **more)

    def make_task(self) -> Task:
        """Return the task, with the settings' sequence length.

        Raises
        ------
        ValueError
            If the task cannot be made with these options or that length.
        """
        task = _KINDS[self.task](**self.options)
        return task if self.settings.seq_len is None else task.with_seq_len(self.settings.seq_len)

    def text(self) -> str:
        """Return JSON of a few lines. Numbers are written so that reading them gives the same number again."""
        return json.dumps(self._dict(), indent=1)

    def link(self) -> str:
        """Return the recipe in characters that any address may hold; put it behind a ``?`` or ``#``."""
        packed = json.dumps(self._dict(), separators=(",", ":")).encode()
        return "recipe=" + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def _dict(self) -> dict[str, Any]:
        more = {"steps": self.steps, "show": self.show, "views": self.views}
        start = {"rnnviz": _VERSION, "task": self.task, "options": dict(self.options)}
        return (
            start | {"settings": asdict(self.settings)} | {name: one for name, one in more.items() if one is not None}
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a recipe, from JSON or from any text that holds one or its link.

        Raises
        ------
        TypeError
            If it is no text.
        ValueError
            If there is no recipe in it, or one that cannot be followed; the sentence says what is wrong.
        """
        if not isinstance(text, str):
            raise TypeError(f"a recipe must be a text, got {type(text).__name__}.")
        try:
            return cls._checked(_loaded(text))
        except RecursionError:
            raise ValueError("this recipe cannot be followed: it is nested too deeply.") from None
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"this recipe cannot be followed: {_short(str(error), 300)}") from None

    @classmethod
    def _checked(cls, given: Any) -> Self:
        if not isinstance(given, dict):
            raise ValueError(f"it must be an object with a task and settings, got {_quoted(given)}.")
        version = given.pop("rnnviz", None)
        if type(version) is not int or version != _VERSION:
            raise ValueError(
                f'it must say "rnnviz": {_VERSION}, the version that this rnnviz reads, got {_quoted(version)}.'
            )
        _refuse_unknown("the recipe", given, [one.name for one in fields(cls)])
        settings, options = given.get("settings"), given.get("options", {})
        if not isinstance(given.get("task"), str) or not isinstance(settings, dict) or not isinstance(options, dict):
            raise ValueError("task must be a name, settings and options must be objects.")
        _refuse_unknown("settings", settings, [one.name for one in fields(Settings)])
        return cls(
            task=given["task"],
            options=options,
            settings=Settings(**settings),
            steps=given.get("steps"),
            show=_names("show", given.get("show")),
            views=_names("views", given.get("views")),
        )


def _loaded(text: str) -> Any:
    found = re.search(r"\brecipe=([^&#\s\"'<>]*)", text)
    written = text if found is None else _unpacked(found[1])
    start, end = written.find("{"), written.rfind("}")
    if start < 0 or end < start:
        raise ValueError("there is no recipe in this text; copy the whole of what lab.recipe() gave.")
    if end - start > _LONGEST:
        raise ValueError(f"it has {end - start} characters, and a recipe has {_LONGEST} at most.")
    try:
        return json.loads(written[start : end + 1])
    except ValueError:
        raise ValueError("it is not JSON; copy the whole of what lab.recipe() gave.") from None


def _unpacked(packed: str) -> str:
    """Read what stands in a link: JSON with percent signs, or base64."""
    plain = unquote(packed)
    if "{" in plain:
        return plain
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars="-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise ValueError("what follows recipe= is damaged; copy the whole link.") from None


def _names(name: str, given: Any) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ValueError(f"{name} must be a list of names, got {_quoted(given)}.")
    return tuple(given)


def _refuse_unknown(where: str, given: Mapping[str, Any], known: Any) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{where} has no {', '.join(map(_quoted, unknown))}; known: {', '.join(known) or 'none'}.")


def _quoted(value: Any) -> str:
    return _short(repr(value), 60)


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"
