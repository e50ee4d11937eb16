"""Carrying out: from a plan to its finished trials: proposes, hands in, waits and keeps what has come."""

from collections.abc import Iterator
from itertools import count

from rnnviz.sweep.plan import Plan
from rnnviz.sweep.rows import Row
from rnnviz.sweep.running import Running

__all__ = ["carried_out"]


def carried_out(plan: Plan, known: dict[int, Row], wanted: int, running: Running, at_once: int) -> Iterator[Row]:
    """Train what is missing; yield each trial that has finished, which is to be ``known`` before the next is asked for.

    Parameters
    ----------
    plan : Plan
        What to do.
    known : dict
        What has finished, by number.
    wanted : int
        Trials in all.
    running : Running
        Who does it.
    at_once : int
        Trials under way at a time.
    """
    begun = set(known)
    missing = (number for number in count() if number not in known)
    try:
        while len(begun) < wanted or running.jobs:
            while len(begun) < wanted and len(running.jobs) < (1 if running.careful else at_once):
                number = next(missing)
                rows = [known[one] for one in sorted(known)]
                running.add(plan.job(number, rows, running.jobs, near=running.near))
                begun.add(number)
            yield from running.finished()
    finally:
        running.give_up()
