"""A replay's page as it is read, and texts that would break out of it."""

import base64
import gzip
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

from rnnviz.views import decode


class Page(HTMLParser):
    """What a parser of HTML makes of the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        self.texts[self._open] = self.texts.get(self._open, "") + data

    def unpacked(self, name: str) -> bytes:
        return gzip.decompress(base64.b64decode(self.texts[name]))

    @property
    def index(self) -> Any:
        return json.loads(self.unpacked("rv-index"))

    def states(self, frame: int, trace: int = 0) -> np.ndarray:
        """The hidden states of a moment as the page will draw them, axes (unit, time)."""
        sought = ("hidden", trace, "z")
        parts = self.index["frames"][frame]["parts"]
        part = next(one for one in parts if (one["figure"], one["trace"], one["key"]) == sought)
        codes = np.frombuffer(self.unpacked("rv-data"), np.uint8, np.prod(part["shape"]), part["offset"])
        return decode(codes.reshape(part["shape"]), part["limits"])


HOSTILE = ("</script><script>alert(1)</script>", "<!--", "<img src=x onerror=alert(1)>", "\u2028\u2029&amp;")
