"""``rnnviz bench``: measure, and print tables of ratios taken in one run."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence

import torch

from rnnviz.bench import chapters
from rnnviz.bench.instruments.browser import missing
from rnnviz.bench.instruments.machine import describe
from rnnviz.bench.instruments.report import Table, as_json, as_text
from rnnviz.bench.instruments.revision import named
from rnnviz.bench.measures import breadth, capture, drawing, peers, screen, training
from rnnviz.training.process.devices import pick

__all__ = ["main"]

_PARTS = ("capture", "drawing", "training", "peers", "breadth", "screen", "chapters")
_ABOUT = (
    "Measure what tracing, drawing and watching cost, as ratios against what you would use instead. Rivals take turns "
    "in one run and are compared round by round; tables show the median, with quartiles in brackets. So the ratios "
    "suffer little from a busy machine; the milliseconds beside them do. Nothing is judged: the command succeeds "
    "whatever it finds."
)
_NO_PEERS = "needs the package torchlens; install it with: pip install 'rnnviz[peers]'."
_PARTS_HELP = (
    "capture: a trace beside a training step, an unrolled loop and the identity tap (time, memory, growth). drawing: a "
    "LiveFigure beside plotly's FigureWidget (time, bytes). training: a session beside a loop by hand, and a watched "
    "run beside one that nobody watches. peers: what a trace, TorchLens and plain hooks see of a recurrent layer. "
    "breadth: how many files of rnnviz a step, a slider and a snapshot run through. All five when left out. screen, "
    "when it is named: a lab in JupyterLab and Chromium beside FigureWidgets, the seconds from a cell to its pictures. "
    "chapters, when it is named: what the networks of chapters 08 to 14 and 16 reach on held-out data, three seeds, "
    "beside their baselines; it takes minutes, with --quick one seed and a twentieth of the steps."
)


def main(argv: Sequence[str]) -> int:
    """Run the bench.

    Parameters
    ----------
    argv : sequence of str
        The words after ``rnnviz bench``.

    Returns
    -------
    int
        0.

    Raises
    ------
    SystemExit
        If the words make no sense (code 2), or were ``--help`` (code 0).

    Examples
    --------
    >>> main(["painting"])
    Traceback (most recent call last):
    SystemExit: 2
    """
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        device = pick(options.device)
    except ValueError as error:
        parser.error(str(error))
    if options.part == "peers" and not peers.available():
        parser.error(f"the part peers {_NO_PEERS}")
    _check_screen(parser, options)
    machine = describe(device)
    found = []
    if not options.json:
        print("\n".join(f"{name + ':':10}{words}" for name, words in machine.items()))
    for table in _measure(options.part, device, options.quick, options.against):
        found.append(as_json(table))
        if not options.json:
            print(f"\n{as_text(table)}", flush=True)
    if options.json:
        print(json.dumps({"machine": machine, "quick": options.quick, "tables": found}, indent=2, ensure_ascii=False))
    return 0


def _check_screen(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.part != "screen":
        if options.against is not None:
            parser.error("--against is of use to the part screen alone; write: rnnviz bench screen --against REVISION.")
        return
    if words := missing():
        parser.error(f"the part screen {words}")
    if options.against is not None:
        try:
            named(options.against)
        except ValueError as error:
            parser.error(str(error))


def _measure(part: str | None, device: torch.device, quick: bool, against: str | None) -> Iterator[Table]:
    seconds = 1.0 if quick else 5.0
    if part in (None, "capture"):
        shapes = capture.SMALL if quick else capture.SHAPES
        yield from capture.tables(device, shapes=shapes, seconds=seconds, say=_say)
    if part in (None, "drawing"):
        yield from drawing.tables(seconds=seconds, say=_say)
    if part in (None, "training"):
        yield from training.tables(device, seconds=3 * seconds, say=_say)
    if part in (None, "peers") and peers.available():
        yield from peers.tables(device, seconds=seconds, say=_say)
    elif part is None:
        _say(f"peers: left out; it {_NO_PEERS}")
    if part in (None, "breadth"):
        yield from breadth.tables(device, say=_say)
    if part == "screen":
        yield from screen.tables(seconds=max(2 * seconds, 5.0), rounds=1 if quick else 3, against=against, say=_say)
    if part == "chapters":
        yield from chapters.tables(device, quick=quick, say=_say)


def _say(words: str) -> None:
    print(f"… {words}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rnnviz bench", description=_ABOUT, allow_abbrev=False)
    parser.add_argument("part", nargs="?", choices=_PARTS, metavar=" | ".join(_PARTS), help=_PARTS_HELP)
    parser.add_argument(
        "--quick", action="store_true", help="the two small shapes only, less time for each line, shorter runs"
    )
    parser.add_argument("--against", metavar="REVISION", help="with screen: open labs of this git revision in turn")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--device", default="auto", help="auto (the best there is), cpu, cuda, cuda:1, mps")
    return parser
