"""What a lab is asked to show: which pictures, in which order, and which controls."""

from collections.abc import Mapping, Sequence
from typing import Any

from rnnviz.checks import refuse_unknown, shown
from rnnviz.tasks import Task
from rnnviz.training import LIVE, STRUCTURAL
from rnnviz.views import DEFAULT, VIEWS, Focus, View

__all__ = [
    "COMPARE_DEFAULT",
    "TOOLS",
    "asked_focus",
    "known_views",
    "shown_controls",
    "tools_asked",
    "usual_views",
    "views_among",
]

TOOLS = (
    "inspector",
    "perturb",
    "pictures",
    "share",
    "insights",
    "timeline",
    "type",
)
COMPARE_DEFAULT = ("input", "hidden", "gradients", "scores", "prediction", "curves")  # the pictures of a comparison
_LONGEST_NAME = 60
_FORMER = {"standings": "results"}  # a saved recipe or notebook may say what a tool was called before
_KNOBS = (*LIVE, *STRUCTURAL, *Focus.__dataclass_fields__)


def known_views(
    views: Sequence[str | View] | None, every: Mapping[str, View] = VIEWS, default: Sequence[str] = DEFAULT
) -> tuple[dict[str, View], tuple[str, ...]]:
    """Return every view that a lab knows, those asked for first, and the names of those to show.

    ``default`` is shown where nobody asks. A TypeError or ValueError tells that one of ``views`` is neither a name in
    ``every`` nor a `View` object, or that two have the same name.
    """
    asked = views_among(every, default if views is None else views)
    return asked | {name: one for name, one in every.items() if name not in asked}, tuple(asked)


def usual_views(task: Task) -> tuple[str, ...]:
    """Return the names of the pictures that a lab of a task shows until told otherwise."""
    return task.pictures or DEFAULT


def views_among(known: Mapping[str, View], views: Sequence[str | View]) -> dict[str, View]:
    """Return the views that are asked for, in that order.

    Parameters
    ----------
    known : mapping of str to View
        What names stand for.
    views : sequence of str or View
        Names, and views of the caller's own.

    Raises
    ------
    TypeError, ValueError
        If one is neither a known name nor a `View` object, or two have the same name.
    """
    if isinstance(views, str | View):
        raise TypeError(f"views must be a list of names and views, got {shown(views)}; write [{shown(views)}].")
    asked = [_view(one, known) for one in _several("views", views, "names and views", "hidden")]
    names = tuple(one.name for one in asked)
    if len(set(names)) < len(names):
        raise ValueError(f"views must all have different names, got {', '.join(names)}.")
    return dict(zip(names, asked, strict=True))


def shown_controls(show: Sequence[str] | None, tools: Sequence[str] = TOOLS) -> tuple[str, ...] | None:
    """Return the controls to show, None for all.

    Parameters
    ----------
    show : sequence of str, optional
        Names of settings, of the selectors of what the pictures show, and of tools.
    tools : sequence of str
        Names of the tools there are.

    Raises
    ------
    TypeError, ValueError
        If it is no list of names, or one of them does not exist; the sentence lists those that do.
    """
    if show is None:
        return None
    # a word is a sequence of letters, which would be reported one by one
    if isinstance(show, str):
        raise TypeError(f"show must be a list of names, got {shown(show)}; write show=[{shown(show)}].")
    known = (*_KNOBS, *tools)
    show = tuple(
        _FORMER.get(one, one) if isinstance(one, str) else one for one in _several("show", show, "names", "lr")
    )
    refuse_unknown("show names {unknown}; a lab has {known}.", show, known)
    return show


def asked_focus(verb: str, focus: Mapping[str, Any], *others: str) -> Focus:
    """Return the focus that keywords of the method ``verb`` describe, which takes ``others`` beside them.

    A TypeError for a keyword that is no part of a focus lists those that are.
    """
    sentence = f"{verb} has no argument {{unknown}}; besides {' and '.join(others)} it has {{known}}."
    refuse_unknown(sentence, focus, Focus.__dataclass_fields__, TypeError)
    return Focus(**focus)


def _several(name: str, value: Any, what: str, example: str) -> tuple[Any, ...]:
    try:
        return tuple(value)
    except TypeError:  # arrays and tensors of no axis say that they can be gone through, and cannot
        raise TypeError(f"{name} must be a list of {what}, got {shown(value)}; write {name}=[{example!r}].") from None


def _view(one: str | View, known: Mapping[str, View]) -> View:
    if isinstance(one, View):
        name = getattr(one, "name", None)
        if not isinstance(name, str) or not name:
            raise TypeError(
                f"a view must have a name, got {type(one).__name__} with name {shown(name)}; set it in the class."
            )
        if len(name) > _LONGEST_NAME:
            raise ValueError(f"a view must have a name of at most {_LONGEST_NAME} characters, got {shown(name)}.")
        return one
    if isinstance(one, str) and one in known:
        return known[one]
    kind = f"the class {one.__name__}; call it" if isinstance(one, type) else shown(one)
    raise (ValueError if isinstance(one, str) else TypeError)(
        f"views must hold names ({', '.join(known)}) or View objects, got {kind}."
    )


def tools_asked(show: Sequence[str] | None, tools: Sequence[str] = TOOLS) -> tuple[str, ...]:
    """Return the names of the tools to show: all, or those that ``show`` names."""
    return tuple(tools) if show is None else tuple(name for name in tools if name in show)
