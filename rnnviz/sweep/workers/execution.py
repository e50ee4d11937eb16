"""Execution: a plan carried out to its last trial: proposes, hands in, waits and keeps what has come."""

from collections.abc import Callable, Iterator
from itertools import count

from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.workers.running import Running

__all__ = ["carried_out", "in_order"]


def carried_out(
    plan: Plan, known: dict[int, Row], wanted: int, running: Running, told: Callable[[list[Row], int], None]
) -> Iterator[Row]:
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
    told : callable
        Is given what has finished, and how many are under way, whenever that changes.
    """
    begun = set(known)
    missing = (number for number in count() if number not in known)
    try:
        while len(begun) < wanted or running.jobs:
            while len(begun) < wanted and running.has_room:
                rows, number = in_order(known), next(missing)
                told(rows, len(running.jobs) + 1)
                running.add(plan.job(number, rows, running.jobs, near=running.near))
                begun.add(number)
            yield from running.finished()
            told(in_order(known), len(running.jobs))
    finally:
        running.give_up()


def in_order(known: dict[int, Row]) -> list[Row]:
    """Return what has finished by the trials' numbers, whatever came first."""
    return [known[number] for number in sorted(known)]
