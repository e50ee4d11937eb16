"""Notices where a training step would wait for the device."""

from torch.utils._python_dispatch import TorchDispatchMode


class NoSynchronisation(TorchDispatchMode):
    """Fail where a GPU would be waited for: a number asked for, a tensor moved, a size that depends on the data."""

    FORBIDDEN = (
        "_local_scalar_dense",
        "is_nonzero",
        "nonzero",
        "masked_select",
        "equal",
        "unique2",
        "_unique2",
        "item",
    )

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        assert name not in self.FORBIDDEN, f"{name} waits for the device"
        moved = (kwargs or {}).get("device")
        assert not (name == "_to_copy" and moved is not None), "a tensor is moved between devices"
        return func(*args, **(kwargs or {}))
