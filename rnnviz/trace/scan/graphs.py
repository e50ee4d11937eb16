"""CUDA graphs of the loops over timesteps, kept by form: one launch in place of thousands.

A graph is a recording of launches on fixed memory. What a loop is given is copied to where the recording reads, the
recording is replayed, and what it found is copied out. Whatever cannot be recorded runs as it is.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor

from rnnviz.trace.isolation.lock import TURN
from rnnviz.trace.scan.recording import CudaRecording, Tensors, agree, may_record

__all__ = ["GRAPHS", "Graphs"]

Loop: TypeAlias = Callable[..., Tensors]

_LOG = logging.getLogger("rnnviz")
_GRAPHS = 16  # on a device; a deep, bidirectional LSTM has eight: layers of one form share theirs
_SHARE = 8  # of a device's memory: the owner's training needs the rest
_HELD = 16  # times what it is given is what a recording holds
_FORMS = 256  # remembered: where batches are of every length they would pile up
_TROUBLES = 3  # failures after which nothing is recorded any more: torch may keep the memory of a failed one for good


class Recording(Protocol):
    """Launches on fixed memory; `results` are where they leave what they find."""

    results: Tensors

    def used(self) -> AbstractContextManager[None]:
        """Copying in, replaying and copying out happens in here, one after the other on whatever streams."""

    def replay(self) -> None:
        """Launch everything that was recorded, on the fixed memory, and wait for nothing."""

    def drop(self) -> None:
        """Wait until no launch is under way, and give the memory back."""


@dataclass(eq=False)
class _Form:
    """What became of a loop with constants and tensors of one form."""

    calls: int = 0
    wanted: int = 2  # calls until it is recorded: a single trace does not pay for a recording
    refused: bool = False
    recording: Recording | None = None
    fixed: Tensors = ()
    size: int = 0

    @property
    def device(self) -> torch.device:
        return _device(self.fixed)


class Graphs:
    """Recorded loops by the form of what they are given; where another one does not fit, all of that device go.

    Parameters
    ----------
    record
        Makes a recording of a function on a device.
    may_record
        Whether one can be made or used now, on this device.
    room
        Bytes that all recordings on a device may hold.
    """

    def __init__(
        self,
        record: Callable[[Callable[[], Tensors], torch.device], Recording] = CudaRecording,
        may_record: Callable[[torch.device], bool] = may_record,
        room: Callable[[torch.device], int] = lambda device: _memory(device) // _SHARE,
    ) -> None:
        self._record, self._may_record, self._room = record, may_record, room
        self._forms: OrderedDict[Hashable, _Form] = OrderedDict()
        self._troubles = 0
        self._inside = threading.local()

    def run(self, loop: Loop, given: Tensors, *constants: Hashable) -> Tensors:
        """Return what ``loop(given, *constants)`` does, from a recording where there is one.

        A loop never reads a number back from the device. It may work in place on what it is given, as long as it
        returns all that counts: with a recording, the results are new tensors and `given` stays as it was.
        """
        if self._troubles >= _TROUBLES or torch.is_grad_enabled() or self._is_inside:
            return loop(given, *constants)
        with TURN:
            form = self._seen(_key(loop, given, constants))
            found = self._tried(form, loop, given, constants)
        if found is not None:
            return found
        with nullcontext() if form.refused else self._within():
            return loop(given, *constants)

    @property
    def _is_inside(self) -> bool:
        return getattr(self._inside, "now", False)

    @contextmanager
    def _within(self) -> Iterator[None]:
        """What a loop that is recorded, or will be, runs itself is not recorded apart."""
        before, self._inside.now = self._is_inside, True
        try:
            yield
        finally:
            self._inside.now = before

    def clear(self) -> None:
        """Give the memory of all recordings back; one is made again after its form has come twice."""
        with TURN:
            for form in self._recorded():
                _forget(form)

    def __len__(self) -> int:
        return len(self._recorded())

    def _seen(self, key: Hashable) -> _Form:
        form = self._forms.setdefault(key, _Form())
        self._forms.move_to_end(key)
        form.calls += 1
        if len(self._forms) > _FORMS:
            self.clear()
            self._forms = OrderedDict({key: form})
        return form

    def _tried(self, form: _Form, loop: Loop, given: Tensors, constants: tuple[Hashable, ...]) -> Tensors | None:
        try:
            return self._replayed(form, loop, given, constants) if self._may_record(_device(given)) else None
        except Exception as error:  # of whatever kind: the loop itself still runs
            self._refuse(form, loop, error)
            return None

    def _replayed(self, form: _Form, loop: Loop, given: Tensors, constants: tuple[Hashable, ...]) -> Tensors | None:
        if form.refused or (form.recording is None and form.calls < form.wanted):
            return None
        if form.recording is not None:
            with self._within():
                return _from_recording(form.recording, form.fixed, given)
        with self._within():
            made = self._made(form, loop, given, constants)
            if made is None:
                return None
            found = _from_recording(made, form.fixed, given)
            with torch.no_grad():
                truth = loop(tuple(None if one is None else one.clone() for one in given), *constants)
        if not all(map(agree, found, truth)):
            # a recording that computes something else is the one failure that nobody would notice
            made.drop()
            raise ArithmeticError("its first replay differs from the loop itself")
        form.recording = made
        return found

    def _made(self, form: _Form, loop: Loop, given: Tensors, constants: tuple[Hashable, ...]) -> Recording | None:
        """Record a loop, if the device has room for what that holds."""
        device = _device(given)
        form.size = _HELD * sum(one.numel() * one.element_size() for one in given if one is not None)
        if form.size > self._room(device):
            form.refused = True
            _LOG.debug("%s runs without a CUDA graph, which would hold %d bytes", _name(loop), form.size)
            return None
        self._make_room(form.size, device)
        # tensors made in inference mode could not be written to outside of it later
        with torch.inference_mode(False), torch.no_grad():
            form.fixed = tuple(None if one is None else torch.empty_like(one) for one in given)
            _fill(form.fixed, given)
            return self._record(partial(loop, form.fixed, *constants), device)

    def _make_room(self, size: int, device: torch.device) -> None:
        """Forget all on a device where another one does not fit beside them.

        Not one alone: to give one back, newer versions of torch free what cuBLAS works in for all of one stream, to
        which the others still write.
        """
        held = [one for one in self._recorded() if one.device == device]
        if len(held) >= _GRAPHS or (held and sum(one.size for one in held) + size > self._room(device)):
            for one in held:
                # twice as often each time: forms that do not fit together would otherwise push each other out for ever
                one.wanted *= 2
                _forget(one)

    def _recorded(self) -> list[_Form]:
        return [one for one in self._forms.values() if one.recording is not None]

    def _refuse(self, form: _Form, loop: Loop, error: Exception) -> None:
        form.refused = True
        self._troubles += 1
        _LOG.debug("%s runs without a CUDA graph: %s: %s", _name(loop), type(error).__name__, error)
        self.clear()  # of the others too: what a recording leaves behind that has failed is not for them to work in
        _forget(form)


def _from_recording(recording: Recording, fixed: Tensors, given: Tensors) -> Tensors:
    with recording.used():
        _fill(fixed, given)
        recording.replay()
        found = tuple(None if one is None else torch.empty_like(one) for one in recording.results)
        _fill(found, recording.results)
        return found


def _forget(form: _Form) -> None:
    if form.recording is not None:
        form.recording.drop()
    form.recording, form.fixed, form.calls = None, (), 0


def _key(loop: Loop, given: Tensors, constants: tuple[Hashable, ...]) -> Hashable:
    forms = tuple(None if one is None else (one.shape, one.stride(), one.dtype, one.device) for one in given)
    return loop, forms, constants


def _device(given: Tensors) -> torch.device:
    return next(one.device for one in given if one is not None)


def _fill(fixed: Tensors, given: Tensors) -> None:
    """Copy one row of tensors to another: all of one dtype in one call, each of which has a launch's price."""
    pairs: dict[torch.dtype, tuple[list[Tensor], list[Tensor]]] = {}
    for target, source in zip(fixed, given, strict=True):
        if target is not None and source is not None:
            targets, sources = pairs.setdefault(target.dtype, ([], []))
            targets.append(target)
            sources.append(source)
    for targets, sources in pairs.values():
        torch._foreach_copy_(targets, sources)


def _name(loop: Any) -> str:
    return str(getattr(loop, "__name__", loop))


def _memory(device: torch.device) -> int:
    return int(torch.cuda.get_device_properties(device).total_memory)


GRAPHS = Graphs()
