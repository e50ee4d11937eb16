"""PNG files read as the standard says, by none of what writes them."""

import struct
import zlib

import numpy as np

__all__ = ["frame", "pixels_of"]


def pixels_of(file: bytes) -> np.ndarray:
    """Return the pixels of a PNG of eight-bit colours without interlacing, axes (row, column, colour)."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = [], 8
    while at < len(file):
        (size,), kind = struct.unpack(">I", file[at : at + 4]), file[at + 4 : at + 8]
        body = file[at + 8 : at + 8 + size]
        assert struct.unpack(">I", file[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + body)
        chunks.append((kind, body))
        at += 12 + size
    columns, rows, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (chunks[0][0], depth, colours, interlaced, chunks[-1][0]) == (b"IHDR", 8, 2, 0, b"IEND")
    data = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    lines = np.frombuffer(data, np.uint8).reshape(rows, columns * 3 + 1)
    assert not lines[:, 0].any()  # each row as it is, not as a difference
    return lines[:, 1:].reshape(rows, columns, 3)


def frame(pixels: np.ndarray, colour: tuple[int, int, int]) -> tuple[slice, slice]:
    """Return the rows and columns inside the first frame of this colour that is more than 400 pixels wide."""
    here = (pixels == colour).all(axis=2)
    rows = np.flatnonzero(here.sum(axis=1) > 400)
    edge = rows[0]
    columns = np.flatnonzero(here[edge])
    # the frame's upper line, the area, its lower line
    top = next(row for row in rows if row + 1 not in rows) + 1
    bottom = next(row for row in rows if row > top)
    left = next(place for place in columns if not here[top + 2 : bottom - 2, place].all())
    right = next(place for place in columns[::-1] if not here[top + 2 : bottom - 2, place].all())
    return slice(int(top), int(bottom)), slice(int(left), int(right) + 1)
