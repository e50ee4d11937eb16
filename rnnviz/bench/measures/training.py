"""What a session costs beside a loop written by hand, and what being watched costs a run."""

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence

import torch

from rnnviz import tasks
from rnnviz.bench.instruments.report import Cell, Table
from rnnviz.bench.instruments.timing import interleaved
from rnnviz.bench.measures.watched import COLUMNS, NOTE, row
from rnnviz.training import Session

__all__ = ["tables"]

_STEP_COLUMNS = ("task", "session ÷ by hand", "session ÷ by hand, fused Adam", "session ms a step")
_STEP_NOTE = (
    "Session: batch, step, clip, history. The loop by hand: the same model, batches, clip and Adam, as most people\n"
    "write it (torch.optim.Adam's default), and with Adam(fused=True), which a session uses; no history in either."
)


def tables(
    device: torch.device,
    *,
    names: Sequence[str] = tasks.KNOWN,
    seconds: float = 5.0,
    block: int = 20,
    segment: float = 1.0,
    say: Callable[[str], None] = lambda words: None,
) -> Iterator[Table]:
    """Measure and yield the tables of steps and of watching; every setting is the task's own, without input noise.

    Parameters
    ----------
    device : torch.device
        Where the models run.
    names : sequence of str
        Tasks; one whose data are missing is left out and said so.
    seconds : float
        At least this long for each line.
    block : int
        Steps in a row before it is the other's turn.
    segment : float
        Seconds that a run plays before watching is switched.
    say : callable
        Told what is measured next.
    """
    steps: list[tuple[Cell, ...]] = []
    watched: list[tuple[Cell, ...]] = []
    for name in names:
        try:
            session = Session(name, device=device, input_noise=0.0)
        except (ModuleNotFoundError, FileNotFoundError) as error:
            say(f"training: {name} is left out: {error}")
            continue
        say(f"training: {name}")
        steps.append(_steps_row(name, session, seconds, block))
        watched.append(row(name, session, max(3, round(seconds / segment)), segment))
    yield Table("training-step", "Training: a step of a session", _STEP_NOTE, _STEP_COLUMNS, steps)
    yield Table("training-watched", "Training: playing and watched", NOTE, COLUMNS, watched)


def _steps_row(name: str, session: Session, seconds: float, block: int) -> tuple[Cell, ...]:
    actions = {
        "session": _block(session.steps(), block),
        "by hand": _block(by_hand(session), block),
        "fused": _block(by_hand(session, fused=True), block),
    }
    times = interleaved(actions, session.device, seconds=seconds)
    milliseconds = times.of("session").median / block * 1e3
    return name, times.ratio("session", "by hand"), times.ratio("session", "fused"), milliseconds


def by_hand(session: Session, *, fused: bool | None = None) -> Iterator[torch.Tensor]:
    """Train a copy of the session's model as a script would; yield the loss after each step.

    Parameters
    ----------
    session : Session
        Whose model, task and settings are copied as they are now.
    fused : bool, optional
        As for `torch.optim.Adam`.
    """
    model, task, settings = copy.deepcopy(session.model), session.task, session.settings
    generator = torch.Generator(session.device).manual_seed(settings.seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.lr, fused=fused)
    while True:
        batch = task.batch(settings.batch_size, generator)
        loss = task.loss(model(*batch.arguments), batch.targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if settings.clip is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        yield loss.detach()


def _block(steps: Iterator[object], block: int) -> Callable[[], object]:
    return lambda: [None for _ in itertools.islice(steps, block)]
