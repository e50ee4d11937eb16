"""Arrays that cannot be written to, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
T = TypeVar("T")


def plain(value: Any) -> Any:
    """Mappings as dicts: what `read_only` makes of them cannot be pickled."""
    return {key: plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value


def read_only(value: T) -> T:
    """Return arrays, and mappings of arrays, that refuse to be written to."""
    frozen: Any = value
    if isinstance(value, np.ndarray):
        frozen = value.view()
        frozen.setflags(write=False)
    elif type(value) is dict or isinstance(value, Mapping):  # to ask the first takes a tenth of the time
        frozen = MappingProxyType({key: read_only(inner) for key, inner in frozen.items()})
    return frozen  # type: ignore[no-any-return]
