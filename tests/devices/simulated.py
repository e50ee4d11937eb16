"""A second device that needs no GPU: numbers lie on the CPU, and whatever would go wrong on a GPU goes wrong here.

Torch knows it as ``sim:0``. A function that mixes its tensors with those of the CPU raises, so does ``numpy()`` of one,
and each wait for the device (a number read, a tensor compared or copied back) is noted in `WAITS`. Torch's layers run
on it as on a GPU without cuDNN: through fused cells, which are written out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils import backend_registration
from torch.utils._mode_utils import no_dispatch
from torch.utils._pytree import tree_leaves, tree_map

aten = torch.ops.aten
CPU = torch.device("cpu")
WAITS: list[str] = []
REFUSED: set[torch.dtype] = set()  # what it cannot compute with; an Apple GPU has no float64
_PACKING = {aten._pack_padded_sequence.default, aten._pack_padded_sequence_backward.default}
_WAITING = {aten._local_scalar_dense.default, aten.equal.default, aten.nonzero.default, aten.masked_select.default}


class _Backend(backend_registration._DummyBackendModule):
    """What torch asks a device of that kind for."""

    here = False  # only a test that wants the device finds it
    generators: ClassVar[list[SimulatedGenerator]] = []

    def is_available(self) -> bool:
        return self.here

    def device_count(self) -> int:
        return int(self.here)

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]

    def get_rng_state(self, device: object = None) -> Tensor:
        return self.generators[0].get_state()

    def set_rng_state(self, state: Tensor, device: object = None) -> None:
        self.generators[0].set_state(state)

    def synchronize(self, device: object = None) -> None:
        WAITS.append("synchronize")


class _Hook(backend_registration._DummyPrivateUse1Hook):
    def is_available(self) -> bool:
        return BACKEND.here


BACKEND = _Backend()
REAL = torch.cuda.is_available()
if not REAL:  # torch would take the GPU for no accelerator any more; and later it is too late to tell autograd
    backend_registration._setup_privateuseone_for_python_backend("sim", BACKEND, _Hook())
DEVICE = torch.device("privateuseone", 0)


class SimulatedGenerator(torch.Generator):
    """A generator of the CPU's that says it is the device's."""

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return DEVICE


class Simulated(Tensor):
    """A tensor of the device; `lies` is where its numbers are."""

    lies: Tensor

    @staticmethod
    def __new__(cls, lies: Tensor) -> Simulated:
        if lies.dtype in REFUSED:
            raise TypeError(f"the device has no {lies.dtype}")
        found = Tensor._make_wrapper_subclass(
            cls,
            lies.shape,
            strides=lies.stride(),
            storage_offset=lies.storage_offset(),
            dtype=lies.dtype,
            device=DEVICE,
        )
        found.lies = lies
        return found

    def __init__(self, lies: Tensor) -> None: ...

    __torch_function__ = torch._C._disabled_torch_function_impl

    def __repr__(self) -> str:
        return f"Simulated({self.lies!r})"

    def untyped_storage(self) -> torch.UntypedStorage:
        """Where its numbers are: tensors that share memory are told by it."""
        return self.lies.untyped_storage()

    def data_ptr(self) -> int:
        """Where its first number is."""
        return self.lies.data_ptr()

    def tolist(self) -> Any:
        """Its numbers, waited for."""
        WAITS.append("tolist")
        return self.lies.tolist()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        copy = Simulated(self.lies.detach().clone()).requires_grad_(self.requires_grad)
        if isinstance(self, torch.nn.Parameter):
            copy = torch.nn.Parameter(copy, self.requires_grad)
        memo[id(self)] = copy
        return copy

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        return _run(func, args, dict(kwargs or {}))


def _run(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compute on the CPU what a function of torch's would on the device."""
    if func in _COPIES:
        return _COPIES[func](*args, **kwargs)
    if func in _WAITING:
        WAITS.append(str(func))
    given = tree_leaves((args, kwargs))
    ours = {id(one.lies): one for one in given if isinstance(one, Simulated)}
    strangers = [one for one in given if isinstance(one, Tensor) and not isinstance(one, Simulated) and one.dim()]
    if func in _PACKING:  # lengths lie on the CPU, and so do the sizes of the batch that come of them
        strangers = []
    if ours and strangers:
        raise RuntimeError(f"Expected all tensors to be on the same device: {func} got {strangers[0].device} and sim:0")
    there = tree_map(_lies, (args, kwargs))
    if torch.Tag.inplace_view in func.tags:  # such as transpose_: the shape that torch knows has to follow
        with no_dispatch():
            func(*args, **kwargs)
    found = _FUSED[func](*there[0]) if func in _FUSED else func(*there[0], **there[1])
    if func is aten._pack_padded_sequence.default:
        return _simulated(found[0]), found[1]
    return tree_map(lambda one: ours[id(one)] if id(one) in ours else _simulated(one), found)


def _lies(value: Any) -> Any:
    if isinstance(value, torch.device):
        return CPU
    return value.lies if isinstance(value, Simulated) else value


def _simulated(value: Any) -> Any:
    return Simulated(value) if isinstance(value, Tensor) and not isinstance(value, Simulated) else value


def _copied(target: Tensor, source: Tensor, non_blocking: bool = False) -> Tensor:
    """``target.copy_(source)`` between any two devices."""
    if isinstance(source, Simulated) and not isinstance(target, Simulated):
        WAITS.append("copy to the CPU")
    _lies(target).copy_(_lies(source))
    return target


def _moved(source: Tensor, *, device: torch.device | None = None, **options: Any) -> Tensor:
    """``source.to(…)``."""
    options.pop("non_blocking", None)
    found: Tensor = aten._to_copy.default(_lies(source), **options)
    if (source.device if device is None else device).type == "sim":
        return Simulated(found)
    WAITS.append("copy to the CPU")
    return found


def _lstm_cell(
    from_input: Tensor, from_state: Tensor, c: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    total = from_input + from_state + (0 if b_ih is None or b_hh is None else b_ih + b_hh)
    i, f, g, o = total.chunk(4, 1)
    gates = torch.cat([i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()], 1)
    i, f, g, o = gates.chunk(4, 1)
    c = f * c + i * g
    return o * c.tanh(), c, gates


def _lstm_cell_backward(
    dh: Tensor | None, dc: Tensor | None, before: Tensor, c: Tensor, gates: Tensor, has_bias: bool
) -> tuple[Tensor, Tensor, Tensor | None]:
    i, f, g, o = gates.chunk(4, 1)
    dh, dc = (torch.zeros_like(c) if one is None else one for one in (dh, dc))
    total = dc + dh * o * (1 - c.tanh() ** 2)
    deltas = [total * g * i * (1 - i), total * before * f * (1 - f), total * i * (1 - g**2)]
    delta = torch.cat([*deltas, dh * c.tanh() * o * (1 - o)], 1)
    return delta, total * f, delta.sum(0) if has_bias else None


def _gru_cell(
    from_input: Tensor, from_state: Tensor, h: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    if b_ih is not None and b_hh is not None:
        from_input, from_state = from_input + b_ih, from_state + b_hh
    (ir, iz, new), (hr, hz, kept) = from_input.chunk(3, 1), from_state.chunk(3, 1)
    r, z = (ir + hr).sigmoid(), (iz + hz).sigmoid()
    n = (new + r * kept).tanh()
    return n + z * (h - n), torch.cat([r, z, n, h, kept], 1)


def _gru_cell_backward(dh: Tensor, workspace: Tensor, has_bias: bool) -> tuple[Tensor | None, ...]:
    r, z, n, h, kept = workspace.chunk(5, 1)
    dn, dz = dh * (1 - z) * (1 - n**2), dh * (h - n) * z * (1 - z)
    dr = dn * kept * r * (1 - r)
    to_input, to_state = torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1)
    return to_input, to_state, dh * z, *((to_input.sum(0), to_state.sum(0)) if has_bias else (None, None))


_COPIES: dict[Any, Callable[..., Tensor]] = {
    aten._copy_from.default: lambda source, target, non_blocking=False: _copied(target, source),
    aten.copy_.default: _copied,
    aten._to_copy.default: _moved,
}
_FUSED: dict[Any, Callable[..., Any]] = {
    aten._thnn_fused_lstm_cell.default: _lstm_cell,
    aten._thnn_fused_lstm_cell_backward_impl.default: _lstm_cell_backward,
    aten._thnn_fused_gru_cell.default: _gru_cell,
    aten._thnn_fused_gru_cell_backward.default: _gru_cell_backward,
}
_LIBRARY = torch.library.Library("_", "IMPL")  # functions without a tensor, such as torch.zeros(…, device="sim")
_LIBRARY.fallback(lambda func, *args, **kwargs: _run(func, args, kwargs), "PrivateUse1")


class _AnyGenerator(type(torch.Generator)):  # type: ignore[misc]
    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, _ORDINARY)


class _Generator(torch.Generator, metaclass=_AnyGenerator):
    """Stands for ``torch.Generator`` while the device is there."""

    def __new__(cls, device: object = "cpu") -> torch.Generator:  # type: ignore[misc]
        there = torch.device(str(device)).type == "sim"
        return SimulatedGenerator() if there else _ORDINARY(device)  # type: ignore[arg-type]


_ORDINARY = torch.Generator


def _from_data(made: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """``torch.tensor`` and its like, which a device written in Python cannot serve: made on the CPU, then moved."""

    def make(data: Any, *, dtype: torch.dtype | None = None, device: Any = None, **options: Any) -> Tensor:
        device = torch.empty(0).device if device is None and not isinstance(data, Tensor) else device
        if device is None or torch.device(device).type != "sim":
            return made(data, dtype=dtype, device=device, **options)
        return made(data, dtype=dtype, device="cpu", **options).to(device)

    return make


@contextmanager
def present(monkeypatch: Any) -> Iterator[torch.device]:
    """Let the device exist for a while: for torch's generators, and for the package's list of devices."""
    assert not REAL, "torch has taken the GPU that is here for its device beside the CPU"
    with monkeypatch.context() as patched:
        patched.setattr(BACKEND, "here", True, raising=False)
        patched.setattr(BACKEND, "generators", [SimulatedGenerator()], raising=False)
        patched.setattr(torch, "Generator", _Generator)
        for made in (torch.tensor, torch.as_tensor):
            patched.setattr(torch, made.__name__, _from_data(made))
        patched.setattr("rnnviz.training.process.devices.available", lambda: (str(DEVICE), "cpu"))
        WAITS.clear()
        yield DEVICE
    REFUSED.clear()
