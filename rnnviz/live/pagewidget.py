"""PageWidget: what every widget of ours with a front end of its own is, so that a slow page hears the kernel."""

import uuid
from typing import Any

import anywidget
import traitlets

from rnnviz.live.bundle import linked

__all__ = ["PageWidget"]

_EXPORT = "\nexport default "
_RECONNECTING = 'import { reconnecting } from "./reconnect.js";\n'


class PageWidget(anywidget.AnyWidget):
    r"""An anywidget that hears the kernel however late the page has it ready.

    anywidget allows a page two seconds from the making of a model to the end of its ``initialize``; a model that takes
    longer is shown, and can speak, but never hears a message again. ``reconnect.js`` finds that out and puts it right;
    a subclass need not do anything for it.

    Attributes
    ----------
    own_id : str
        The model's id, by which its front end finds it.

    Raises
    ------
    TypeError
        If the module that a subclass brings does not have exactly one default export, on a line of its own.

    Examples
    --------
    >>> class Word(PageWidget):
    ...     _esm = "function render() {}\nexport default { render };"
    >>> Word._esm.endswith("export default reconnecting({ render });")
    True
    """

    own_id = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if isinstance(source := cls.__dict__.get("_esm"), str):
            # before anywidget's own hook, which reads _esm
            cls._esm = _heard(cls.__name__, source)
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs: Any) -> None:
        # chosen here: the front end must know the id of its model from the first message on
        own = uuid.uuid4().hex
        super().__init__(model_id=own, own_id=own, **kwargs)


def _heard(name: str, source: str) -> str:
    """Return a module whose default export, an object that ends the file, is handed through ``reconnecting``."""
    before, found, exported = source.rstrip().removesuffix(";").partition(_EXPORT)
    if not found or _EXPORT in exported:
        raise TypeError(f"{name}._esm must have one default export, on a line of its own.")
    return f"{linked(_RECONNECTING, __file__)}{before}{_EXPORT}reconnecting({exported});"
