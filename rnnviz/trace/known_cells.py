"""Steps of the cells of ncps and torchrecurrent."""

from __future__ import annotations

from typing import Any

KNOWN: dict[str, tuple[Any, ...]] = {}
