"""The reference: a page for each public name, which autodoc fills from its docstring."""

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import rnnviz
from rnnviz.i18n import t

__all__ = ["reference_pages"]


def reference_pages() -> dict[str, str]:
    """Return the sources of the reference, by file name.

    Examples
    --------
    >>> sorted(reference_pages())[:2]
    ['reference/Comparison.rst', 'reference/Lab.rst']
    """
    names = [name for name in rnnviz.__all__ if not name.startswith("_")]
    pages = {f"reference/{name}.rst": "\n".join(_page(name, getattr(rnnviz, name))) for name in names}
    listed = "\n".join(f"   {name}" for name in names)
    head = _heading(t("site.reference"))
    pages["reference/index.rst"] = f"{head}\n{t('site.reference.lead')}\n\n.. toctree::\n   :maxdepth: 1\n\n{listed}\n"
    return pages


def _page(name: str, value: Any) -> Iterator[str]:
    yield _heading(f"rv.{name}")
    if not isinstance(value, ModuleType):
        yield _entry("rnnviz", name, value)
        return
    yield f"{(value.__doc__ or '').strip()}\n"
    if callable(value):  # `rv.trace(model, x)` is the function of that name
        function = getattr(value, name)
        yield _entry(value.__name__, name, function)
    for one in value.__all__:
        if one != name and one not in rnnviz.__all__:  # those have a page of their own
            yield _entry(value.__name__, one, getattr(value, one))


def _entry(module: str, name: str, value: Any) -> str:
    if inspect.isclass(value):
        return f".. autoclass:: {module}.{name}\n   :members:\n   :inherited-members: Module, dict, object\n"
    return f".. auto{'function' if inspect.isroutine(value) else 'data'}:: {module}.{name}\n"


def _heading(words: str) -> str:
    return f"{words}\n{'=' * len(words)}\n"
