"""What people pass by mistake, and what they pass to see what happens; each value is made anew for each call."""

import io
import math
import types
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

__all__ = ["VALUES"]


class Raising:
    """Cannot be written out."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


class Huge:
    """Writes itself out at length."""

    def __repr__(self) -> str:
        return "huge " * 50_000


class Torn:
    """Has no truth value, as arrays and tables have none."""

    def __bool__(self) -> bool:
        raise ValueError("the truth value is ambiguous")

    def __eq__(self, other: object) -> Any:
        return self

    __hash__ = None  # type: ignore[assignment]


def deep(levels: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(levels):
        made = [made]
    return made


VALUES: dict[str, Callable[[], Any]] = {
    **{repr(one): lambda one=one: one for one in (None, True, False, 0, -1, 1, 2, 7, 2**20, 2**40, 2**63, -(2**70))},
    **{repr(one): lambda one=one: one for one in (1.5, math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 1 + 2j)},
    "10**400": lambda: 10**400,
    "10**5000": lambda: 10**5000,
    "decimal": lambda: Decimal("1.5"),
    "decimal nan": lambda: Decimal("NaN"),
    "fraction": lambda: Fraction(1, 3),
    **{
        f"numpy {one!r}": lambda one=one: one
        for one in (np.float32(1.5), np.int64(3), np.int64(-5), np.bool_(True), np.float64("nan"), np.complex64(1))
    },
    "numpy number": lambda: np.array(3),
    "numpy numbers": lambda: np.array([1, 2]),
    "numpy one number": lambda: np.array([1.0]),
    "numpy nothing": lambda: np.zeros((3, 0)),
    "numpy words": lambda: np.array(["hidden", "gates"]),
    "numpy objects": lambda: np.array([object(), None], object),
    "numpy date": lambda: np.datetime64("2020-01-01"),
    "numpy much": lambda: np.zeros((100, 100)),
    "tensor whole": lambda: torch.tensor(3),
    "tensor number": lambda: torch.tensor(1.5),
    "tensor numbers": lambda: torch.tensor([1, 2]),
    "tensor one number": lambda: torch.tensor([1.0]),
    "tensor complex": lambda: torch.zeros(2, 3, dtype=torch.complex64),
    "tensor true": lambda: torch.tensor(True),
    "tensor nothing": lambda: torch.zeros(0),
    "tensor meta": lambda: torch.empty((), device="meta"),
    "tensor metas": lambda: torch.empty(2, 3, device="meta"),
    "tensor graph": lambda: torch.tensor(1.0, requires_grad=True),
    "tensor half": lambda: torch.zeros(2, 8, 2, dtype=torch.float16),
    "tensor batch": lambda: torch.zeros(2, 8, 2),
    "tensor wide": lambda: torch.zeros(2, 8, 99),
    **{repr(one): lambda one=one: one for one in ("", " ", "x", "hidden", "lstm", "a\0b", "\ud800", "é" * 300, "0")},
    "100 kB of words": lambda: "x" * 100_000,
    "100 kB of lines": lambda: "x\n" * 50_000,
    "bytes": lambda: b"hidden",
    "bytearray": lambda: bytearray(b"x" * 100_000),
    "set": lambda: {"hidden"},
    "no set": lambda: set(),
    "frozenset": lambda: frozenset({1, 2}),
    "list": lambda: [1, 2],
    "no list": lambda: [],
    "list of none": lambda: [None, None],
    "list of words": lambda: ["hidden", "x" * 100_000],
    "list of lists": lambda: [["hidden"], ["gates"]],
    "long list": lambda: list(range(100_000)),
    "deep list": lambda: deep(2_000),
    "list of arrays": lambda: [np.array([1, 2]), np.array([1, 2])],
    "tuple": lambda: (1, 2),
    "no tuple": lambda: (),
    "dict": lambda: {"a": 1},
    "no dict": lambda: {},
    "dict of numbers": lambda: {1: 2},
    "dict of much": lambda: {"x" * 100_000: "y" * 100_000},
    "generator": lambda: (one for one in (1, 2)),
    "iterator": lambda: iter([1]),
    "range": lambda: range(5),
    "function": lambda: lambda *_: None,
    "builtin": lambda: print,
    "class": lambda: int,
    "module class": lambda: nn.LSTM,
    "module": lambda: nn.Linear(2, 2),
    "object": lambda: object(),
    "dots": lambda: ...,
    "not implemented": lambda: NotImplemented,
    "python module": lambda: types,
    "path": lambda: Path("somewhere"),
    "file": lambda: io.BytesIO(b"x"),
    "raising": Raising,
    "huge": Huge,
    "torn": Torn,
    "error": lambda: ValueError("x"),
}
