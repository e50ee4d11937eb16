"""The arrays in a ``.npz`` file from anywhere: read one by one, and checked before any memory is asked for.

Nothing in such a file is compressed, for `numpy.savez` compresses nothing: a file never unpacks to more than its size.
"""

from __future__ import annotations

import errno
import math
import os
import re
import struct
from typing import IO, BinaryIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np

from rnnviz.trace.result.arrays import Array

_MAGIC = b"\x93NUMPY\x01\x00"  # the version that headers of fewer than 65,536 characters have
_LONGEST_HEADER = 400  # characters; that of five axes has 118
_LONGEST_WORDS = 2**26  # bytes
_HEADER = re.compile(
    r"\{'descr': '([<>|=]?[biufcU]\d{1,9})', 'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,15}, ?)*\d{0,15})\), \}\s*"
)
_ENCRYPTED = 1


class DamagedError(Exception):
    """The file is none of ours, or no longer whole; never leaves this part."""


class Members:
    """The members of a ``.npz`` file.

    Parameters
    ----------
    file : binary file
        Open, and able to seek; read as long as members are asked for.

    Raises
    ------
    DamagedError
        If it is no such file.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._archive = ZipFile(file)
        except OSError as error:
            raise _damaged(error) from None
        except (BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
            raise DamagedError(str(error)) from None
        self._entries = {entry.filename: entry for entry in self._archive.infolist()}
        self._read_already: dict[str, Array] = {}
        size = file.seek(0, os.SEEK_END)
        # members that overlap would be read once each: a small file could claim any size
        if sum(entry.file_size for entry in self._entries.values()) > size:
            raise DamagedError("its members share bytes, or are compressed")

    def array(self, name: str) -> Array:
        """Return an array of numbers, read-only.

        Raises
        ------
        DamagedError
            If there is none of that name, or it is not whole.
        """
        if name not in self._read_already:  # a tree may refer to one array a million times
            self._read_already[name] = self._read(name)
        found = self._read_already[name]
        if found.dtype.kind == "U":
            raise DamagedError("it has words where numbers belong")
        return found

    def words(self, name: str) -> str:
        """Return a text.

        Raises
        ------
        DamagedError
            If there is none of that name, or it is not whole.
        """
        found = self._read(name, _LONGEST_WORDS)
        if found.dtype.kind != "U" or found.shape != ():
            raise DamagedError("it has numbers where words belong")
        return str(found)

    def _read(self, name: str, most: int | None = None) -> Array:
        entry = self._entries.get(f"{name}.npy")
        if entry is None:
            raise DamagedError(f"it has no {name}")
        if entry.compress_type != ZIP_STORED or entry.flag_bits & _ENCRYPTED or entry.compress_size != entry.file_size:
            raise DamagedError(f"{name} is compressed or encrypted")
        if most is not None and entry.file_size > most:
            raise DamagedError(f"{name} is too long")
        try:
            with self._archive.open(entry) as member:
                return _parsed(member, entry)
        except OSError as error:
            raise _damaged(error) from None
        except (BadZipFile, ValueError, TypeError, EOFError, RuntimeError, struct.error) as error:
            raise DamagedError(str(error)) from None


def _parsed(member: IO[bytes], entry: ZipInfo) -> Array:
    """Read a header, which says how long the rest must be, and then the rest."""
    start = member.read(len(_MAGIC) + 2)
    if len(start) < len(_MAGIC) + 2 or not start.startswith(_MAGIC):
        raise DamagedError("it is no array")
    length = int.from_bytes(start[-2:], "little")
    header = member.read(length) if length <= _LONGEST_HEADER else b""
    found = _HEADER.fullmatch(header.decode("latin1"))
    if found is None:
        raise DamagedError("its header is none that numpy writes")
    dtype, shape = np.dtype(found[1]), tuple(int(one) for one in found[3].replace(" ", "").split(",") if one)
    size = math.prod(shape) * dtype.itemsize
    # before anything of that size is read
    if size != entry.file_size - len(start) - length:
        raise DamagedError("its header does not fit its size")
    content = member.read()
    if len(content) != size:
        raise DamagedError("it is not whole")
    # of bytes, so that it is read-only; frombuffer refuses none at all
    array = np.frombuffer(content, dtype) if size else np.empty(0, dtype)
    return array.reshape(shape, order="F" if found[2] == "True" else "C")


def _damaged(error: OSError) -> Exception:
    """What zipfile raises where a file sends it to a place before its beginning; other errors are the disk's."""
    return DamagedError(str(error)) if error.errno in (None, errno.EINVAL) else error
