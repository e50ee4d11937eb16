"""What ``on_gpu.sh`` looks at beside the tests: a row ``| what | found |`` for each; if one fails, on to the next."""

import argparse
import copy
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

import rnnviz as rv
from rnnviz.bench.instruments.machine import describe
from rnnviz.tasks import KNOWN
from rnnviz.trace.scan.graphs import GRAPHS
from rnnviz.trace.scan.single_launch import KERNELS
from rnnviz.training import Session
from tests import defaults
from tests.losses import mean_square
from tests.trace.unrolled import relative_error

CELLS = ("rnn", "lstm", "gru")
SIZES = ((32, 100, 2, 64), (64, 512, 64, 512))  # batch, time, input, hidden
PLAYS = 30.0  # seconds


def main() -> int:
    """Run one part; return how many of its checks failed to run at all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    parser.add_argument("part", choices=[*PARTS, "costs"])
    parser.add_argument("log", nargs="?", type=Path)
    options = parser.parse_args()
    if options.part == "costs":
        return costs(options.log)
    failed = 0
    for what, check in PARTS[options.part](torch.device(options.device)):
        try:
            found = check()
        except Exception as error:  # the next check is worth as much
            failed += 1
            found = f"**{type(error).__name__}**: {' '.join(str(error).split())[:300]}"
        print(f"| {what} | {found} |", flush=True)
    return min(failed, 100)


def versions(device: torch.device) -> Iterator[tuple[str, Callable[[], object]]]:
    """Versions, and the precision that is allowed."""
    for name, words in describe(device).items():
        yield name, lambda words=words: words
    for owner in ("cuda.matmul", "cudnn", "cudnn.conv", "cudnn.rnn", "mkldnn.matmul"):
        flag = f"backends.{owner}.fp32_precision"
        yield flag, lambda flag=flag: attrgetter(flag)(torch)


def loops(device: torch.device) -> Iterator[tuple[str, Callable[[], object]]]:
    """Small loops, one for each way in which numbers could be wrong or a call could fail."""
    yield "dropout, watched: dL/dW_hh of each layer ÷ its truth", lambda: dropped_out(device)
    yield "dropout, a trace between steps: weights equal those of an untraced run", lambda: undisturbed(device)
    yield "states against double precision, flags as they are", lambda: precision(device)
    yield "2 layers, 2 directions, batch 16: a watched step", lambda: wide_batch(device)
    yield "a trace where cudnn.rnn is asked for ieee", lambda: asked_for_ieee(device)


def waits(device: torch.device) -> Iterator[tuple[str, Callable[[], object]]]:
    """Ten steps of each task and cell without a hidden wait for the device."""
    for task in KNOWN:
        for cell in CELLS:
            yield f"{task}, {cell}: ten steps that never wait", lambda task=task, cell=cell: stepped(task, cell, device)


def default_device(device: torch.device) -> Iterator[tuple[str, Callable[[], object]]]:
    """The owner has made this device torch's default."""
    for name, check in (("trace", traced), ("watch", wide_batch), ("lab", lab_trained)):
        yield f"default device {device}: {name}", lambda check=check: by_default(device, check)


def lab(device: torch.device) -> Iterator[tuple[str, Callable[[], object]]]:
    """A default lab that plays."""
    yield f"a default lab plays {PLAYS:.0f} s", lambda: played(device)


def launches(device: torch.device) -> Iterator[tuple[str, Callable[[], object]]]:
    """What one trace asks of the device."""
    for kind in ("RNN", "LSTM", "GRU"):
        for size in SIZES:
            yield f"{kind} {size}: one trace", lambda kind=kind, size=size: without_graphs(kind, size, device)
            yield (
                f"{kind} {size}: the third trace, by CUDA graphs",
                lambda kind=kind, size=size: by_graphs(kind, size, device),
            )
            yield (
                f"{kind} {size}: the third trace, by kernels",
                lambda kind=kind, size=size: by_kernels(kind, size, device),
            )


PARTS = {
    "versions": versions,
    "loops": loops,
    "waits": waits,
    "default-device": default_device,
    "lab": lab,
    "profile": launches,
}


class Reader(nn.Module):
    """A deep LSTM with dropout, and a head."""

    def __init__(self, dropout: float = 0.5, **options: Any) -> None:
        super().__init__()
        self.recurrent = nn.LSTM(3, 8, num_layers=2, dropout=dropout, batch_first=True, **options)
        self.head = nn.LazyLinear(1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.recurrent(x)[0][:, -1])
        return found


def prepared(device: torch.device, **options: Any) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    model, x = Reader(**options), torch.randn(16, 12, 3)
    model(x)
    return model.to(device), x.to(device)


def dropped_out(device: torch.device) -> str:
    model, x = prepared(device)
    with rv.watch(model, every=1, sequences=None) as w:
        mean_square(model(x)).backward()
        w.step()
    norms = w.trace.layers["recurrent"].weight_grad_norms
    if norms is None:
        return "not shown"
    ratios = []
    for layer in range(2):
        truth = getattr(model.recurrent, f"weight_hh_l{layer}").grad.norm().item()
        shown = sum(float(norms["W_hh"][gate][layer, 0]) ** 2 for gate in "ifgo") ** 0.5
        ratios.append(f"layer {layer}: {shown / truth:.6f}")
    return ", ".join(ratios)


def undisturbed(device: torch.device) -> str:
    ends = []
    for traced_too in (False, True):
        model, x = prepared(device)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        torch.manual_seed(1)
        for _ in range(4):
            optimizer.zero_grad()
            mean_square(model(x)).backward()
            optimizer.step()
            if traced_too:
                rv.trace(model, x, loss=mean_square)
        ends.append(torch.cat([one.detach().flatten() for one in model.parameters()]))
    return "equal" if torch.equal(*ends) else f"**differ** by {float((ends[0] - ends[1]).abs().max()):.1e}"


def precision(device: torch.device) -> str:
    model, x = prepared(device, dropout=0.0)
    found = rv.trace(model, x, loss=mean_square).layers["recurrent"]
    truth = rv.trace(copy.deepcopy(model).cpu().double(), x.cpu().double(), loss=mean_square).layers["recurrent"]
    errors = {
        "hidden": relative_error(found.hidden, truth.hidden),
        "gates": relative_error(found.gates["f"], truth.gates["f"]),
        "gradient": relative_error(found.grad_hidden, truth.grad_hidden),
    }
    return ", ".join(f"{name} {error:.1e}" for name, error in errors.items())


def wide_batch(device: torch.device) -> str:
    model, x = prepared(device, dropout=0.0, bidirectional=True)
    with rv.watch(model, every=1) as w:
        mean_square(model(x)).backward()
        w.step()
    return f"a frame of {w.trace.layers['recurrent'].hidden.shape}"


def asked_for_ieee(device: torch.device) -> str:
    flags = torch.backends.cudnn.rnn
    before = flags.fp32_precision
    flags.fp32_precision = "ieee"
    try:
        traced(device)
        return f"traced, and left at {flags.fp32_precision}"
    finally:
        flags.fp32_precision = before


def traced(device: torch.device) -> str:
    model, x = prepared(device)
    model.eval()
    return f"states {rv.trace(model, x, loss=mean_square).layers['recurrent'].hidden.shape}"


def stepped(task: str, cell: str, device: torch.device) -> str:
    session = Session(task, cell=cell, hidden_size=16, device=device)
    steps = session.steps()
    next(steps)
    with never_waiting(device):
        for _ in range(10):
            next(steps)
    return "none waited"


@contextmanager
def never_waiting(device: torch.device) -> Iterator[None]:
    if device.type != "cuda":
        yield
        return
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def by_default(device: torch.device, check: Callable[[torch.device], str]) -> str:
    with defaults.default_device(device):
        return check(device)


def lab_trained(device: torch.device) -> str:
    found = rv.Lab("python-tokens", hidden_size=8, device=str(device))
    found.train(3)
    return f"loss {found.history['loss'][-1]:.3f}"


def played(device: torch.device) -> str:
    found = rv.Lab(device=str(device))
    found.play()
    time.sleep(PLAYS)
    found.pause()
    steps = int(found.history["step"][-1])
    memory = f", {torch.cuda.memory_allocated(device) / 1e6:.0f} MB" if device.type == "cuda" else ""
    return f"{steps} steps, {steps / PLAYS:.0f} a second, loss {found.history['loss'][-1]:.4f}{memory}"


def without_graphs(kind: str, size: tuple[int, int, int, int], device: torch.device) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RNNVIZ_CUDA_KERNELS", "0")
        patched.setenv("RNNVIZ_CUDA_GRAPHS", "0")
        return profiled(kind, size, device)


def by_graphs(kind: str, size: tuple[int, int, int, int], device: torch.device) -> str:
    GRAPHS.clear()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RNNVIZ_CUDA_KERNELS", "0")
        found = profiled(kind, size, device, before=2)
    return f"{found}; {len(GRAPHS)} graphs"


def by_kernels(kind: str, size: tuple[int, int, int, int], device: torch.device) -> str:
    GRAPHS.clear()
    KERNELS.clear()
    found = profiled(kind, size, device, before=2)
    return f"{found}; {len(KERNELS)} kernels"


def profiled(kind: str, size: tuple[int, int, int, int], device: torch.device, before: int = 1) -> str:
    """What one trace costs after so many."""
    batch, steps, inputs, units = size
    torch.manual_seed(0)
    layer = getattr(nn, kind)(inputs, units, batch_first=True).to(device)
    x = torch.randn(batch, steps, inputs).to(device)

    def once() -> None:
        rv.trace(layer, x, loss=lambda result: result[0].square().mean())

    for _ in range(before):
        once()
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if device.type == "cuda" else [])]
    with profile(activities=activities) as profiler:
        began = time.perf_counter()
        once()
        took = time.perf_counter() - began
    counts: dict[str, int] = {}
    for event in profiler.events():
        for name in (
            "cudaLaunchKernel",
            "cuLaunchKernel",
            "cudaMemcpyAsync",
            "cudaStreamSynchronize",
            "cudaGraphLaunch",
        ):
            counts[name] = counts.get(name, 0) + event.name.startswith(name)
    told = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    return f"{took * 1e3:.1f} ms under the profiler; {told or 'nothing launched'}"


def costs(log: Path) -> int:
    """Print the rows of the bench's tables that its JSON holds."""
    found = re.search(r"^\{.*\}\s*$", log.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if found is None:
        print("| no figures | the bench did not end |")
        return 1
    for table in json.loads(found[0])["tables"]:
        for row in table["rows"]:
            (_, cell), (_, what), *found = row.items()
            print(f"| {table['name']}: {cell} {what} | {', '.join(f'{name} {told(one)}' for name, one in found)} |")
    return 0


def told(one: Any) -> str:
    """A number, or a median with its quartiles."""
    if isinstance(one, dict):
        return f"{one['median']:.2f} ({one['low']:.2f}–{one['high']:.2f})"
    return f"{one:.2f}" if isinstance(one, float) else str(one)


if __name__ == "__main__":
    sys.exit(main())
