"""Arrays that cannot be written to, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
T = TypeVar("T")

_SINGLE = (type(None), str, int, float, bool)


def plain(value: Any) -> Any:
    """Mappings as dicts: what `read_only` makes of them cannot be pickled."""
    return {key: plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value


def read_only(value: T) -> T:
    """Return arrays, and mappings of arrays, that refuse to be written to."""
    frozen: Any = value
    if isinstance(value, np.ndarray):
        frozen = value.view()
        frozen.setflags(write=False)
    # whether something is a mapping takes ten times as long to ask as what it is
    elif type(value) is dict or (type(value) not in _SINGLE and isinstance(value, Mapping)):
        frozen = MappingProxyType({key: read_only(inner) for key, inner in frozen.items()})
    return frozen  # type: ignore[no-any-return]
