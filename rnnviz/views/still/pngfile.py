"""PNG: pixels as a file, the same bytes for the same pixels, with a mark that a page can tell ours by."""

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.views.still.inpieces import InPieces

__all__ = ["MARK", "is_still", "png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 2  # three bytes a pixel
_PIECE = 2**19  # bytes that are packed without a rest, in some 7 ms
_SOFTWARE = b"Software\0rnnviz still"
# Signature and header are 33 bytes, which are 44 letters of base64: what follows reads the same in every file.
MARK = "AAAAFXRFWHRTb2Z0d2FyZQBybm52aXogc3RpbG"


def png(pixels: NDArray[np.uint8], level: int = 6) -> InPieces[bytes]:
    """Make a PNG file.

    Parameters
    ----------
    pixels : numpy.ndarray
        Axes (row, column, colour), colour red, green, blue.
    level : int
        How hard it is packed, up to 9.

    Examples
    --------
    >>> from rnnviz.views.still.inpieces import at_once
    >>> at_once(png(np.zeros((2, 3, 3), np.uint8)))[1:4]
    b'PNG'
    """
    rows, columns, _ = pixels.shape
    header = struct.pack(">IIBBBBB", columns, rows, 8, _COLOURS, 0, 0, 0)
    # no filter: most pixels are those of the row above as they are, which zlib finds by itself
    lines = np.zeros((rows, columns * 3 + 1), np.uint8)
    lines[:, 1:] = pixels.reshape(rows, columns * 3)
    packer, data = zlib.compressobj(level), bytearray()
    together = max(1, _PIECE // lines.shape[1])
    for first in range(0, rows, together):
        yield
        data += packer.compress(lines[first : first + together].data)
    data += packer.flush()
    chunks = ((b"IHDR", header), (b"tEXt", _SOFTWARE), (b"IDAT", bytes(data)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def is_still(output: Mapping[str, Any]) -> bool:
    """Return whether an output of a notebook's cell is a picture of ours and its sentence, and nothing else."""
    data = output.get("data", {})
    return set(data) == {"image/png", "text/plain"} and MARK in str(data["image/png"])[:100]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
