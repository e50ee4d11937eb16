"""Recipe: a lab as a small JSON text, exact to the last digit, and as a form that fits into a link."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from rnnviz.checks import one_of, optional, refuse_unknown, text, whole
from rnnviz.export.codec import LARGEST_DATA, VERSION, Shareable, quoted
from rnnviz.tasks import KNOWN, Task, from_recipe
from rnnviz.tasks.registry import recorded, sound
from rnnviz.training.presets import Preset
from rnnviz.training.settings import Settings

__all__ = ["Recipe"]

_LARGEST = {"hidden_size": 512, "num_layers": 8, "batch_size": 1024}  # what a text from elsewhere may ask of a machine
_PRESET = ("name", "settings", "sentence", "anew")
_DEVICES = ("cpu", "cuda", "mps")


@dataclass(frozen=True, kw_only=True)
class Recipe(Shareable):
    """What makes a lab: it is read without running anything, and built from the names that are known.

    Parameters
    ----------
    task : str
        A built-in one, or the function that makes one of a learner's own data.
    options : mapping
        What the task was made with beside its sequence length: ``horizon`` of the sunspots, ``seed`` of made-up data,
        the data themselves where they are a learner's own.
    settings : Settings
        All of them, the sequence length too.
    steps : int or None
        Where play pauses by itself.
    show, views : tuple of str or None
        Controls and pictures by name; None for the usual ones.
    presets : tuple of Preset or None
        What there is to try; None for the task's own.
    device : str or None
        ``"cpu"``, ``"cuda"`` or ``"mps"``; None for the best there is.
    layer : str or None
        The part of the model whose recurrent layer is shown, such as ``"decoder"``; None for the first.

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
    options: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None
    show: tuple[str, ...] | None = None
    views: tuple[str, ...] | None = None
    presets: tuple[Preset, ...] | None = None
    device: str | None = None
    layer: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", sound(self.task, self.options))
        if self.device not in _DEVICES:  # of a backend that others need not have: the best there is will do
            object.__setattr__(self, "device", None)
        optional(whole(1, 10**9))("steps", self.steps)
        for name, most in _LARGEST.items():
            whole(1, most)(name, getattr(self.settings, name))
            for one in self.presets or ():
                whole(1, most)(f"{name} of the preset {one.name!r}", one.settings.get(name, 1))

    @classmethod
    def of(cls, task: Task, settings: Settings, **more: Any) -> Self:
        """Return the recipe of a task and settings.

        Raises
        ------
        ValueError
            For a task of somebody's own class, too much data, or sizes beyond what a recipe may ask for.
        """
        written = recorded(task)
        if written is None:
            raise ValueError(
                f"recipe() knows the built-in tasks ({', '.join(KNOWN)}) and cannot write down {task.name!r}; "
                "share the cell that defines it instead."
            )
        size = len(json.dumps(written["options"]))
        if size > LARGEST_DATA:
            raise ValueError(
                f"recipe() holds {LARGEST_DATA:,} characters of data at most, and {task.name!r} has {size:,}; "
                "share the file that they are in, and the cell that reads it."
            )
        return cls(**written, settings=settings, **more)

    def make_task(self) -> Task:
        """Return the task with the settings' sequence length; ValueError if its options or that length do not suit."""
        task = from_recipe({"task": self.task, "options": self.options})
        return task if self.settings.seq_len is None else task.with_seq_len(self.settings.seq_len)

    def plain(self) -> dict[str, Any]:
        """Return what JSON can hold of it."""
        presets = None if self.presets is None else [_plain(one) for one in self.presets]
        more: dict[str, Any] = {"steps": self.steps, "show": self.show, "views": self.views}
        more |= {"presets": presets, "device": self.device, "layer": self.layer}
        start = {"rnnviz": VERSION, "task": self.task, "options": dict(self.options)}
        return (
            start | {"settings": asdict(self.settings)} | {name: one for name, one in more.items() if one is not None}
        )

    @classmethod
    def checked(cls, given: dict[str, Any]) -> Self:
        """Return the recipe in an object read from JSON; see `Shareable.checked`."""
        if "models" in given:
            raise ValueError("it is that of a comparison; read it with rv.Comparison.from_recipe.")
        refuse_unknown("the recipe has no {unknown}; known: {known}.", given, [one.name for one in fields(cls)])
        settings, options = given.get("settings"), given.get("options", {})
        if not isinstance(given.get("task"), str) or not isinstance(settings, dict) or not isinstance(options, dict):
            raise ValueError("task must be a name, settings and options must be objects.")
        refuse_unknown("settings has no {unknown}; known: {known}.", settings, [one.name for one in fields(Settings)])
        return cls(
            task=given["task"],
            options=options,
            settings=Settings(**settings),
            steps=given.get("steps"),
            show=_names("show", given.get("show")),
            views=_names("views", given.get("views")),
            presets=_presets(given.get("presets")),
            device=optional(one_of(_DEVICES))("device", given.get("device")),
            layer=optional(text)("layer", given.get("layer")),
        )


def _plain(preset: Preset) -> dict[str, Any]:
    plain = {"name": preset.name, "settings": dict(preset.settings), "sentence": preset.sentence}
    return plain | ({"anew": True} if preset.anew else {})


def _presets(given: Any) -> tuple[Preset, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ValueError(f"presets must be a list of objects, got {quoted(given)}.")
    for one in given:
        refuse_unknown("a preset has no {unknown}; known: {known}.", one, _PRESET)
        if missing := [name for name in _PRESET[:3] if name not in one]:
            raise ValueError(f"a preset must have name, settings and sentence, got none of {', '.join(missing)}.")
    return tuple(Preset(**one) for one in given)


def _names(name: str, given: Any) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ValueError(f"{name} must be a list of names, got {quoted(given)}.")
    return tuple(given)
