"""Total and direct gradient of a registered cell's states, from what came back to the results of one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz.trace.capture.leaves import leaves, mapped
from rnnviz.trace.capture.observed import put_back
from rnnviz.trace.registered.attempts import Attempt
from rnnviz.trace.registered.matching import Role, over_time

__all__ = ["gradients_of"]

States = tuple[Tensor, ...]


class Entering(NamedTuple):
    """Of each step the tensors that gradients enter at, by number, and what enters there.

    States have the numbers from 0 on, the output has −1, other results have those from 100 on.
    """

    nodes: list[dict[int, Tensor]]
    outside: list[dict[int, Tensor]]
    links: list[dict[int, Tensor]]


def gradients_of(attempt: Attempt) -> tuple[States, States]:
    """Direct and total gradient of every state, axes (time, batch, …)."""
    # where the step explains every result; else the cell itself is run, which knows them all
    entering = _at_steps(attempt) if all(role is not None for role in _roles(attempt)) else _at_results(attempt)
    kinds = range(len(attempt.walked.initial))
    direct = [
        _asked([nodes], [nodes[k] for k in kinds], [outside]) for nodes, outside, _ in zip(*entering, strict=True)
    ]
    states = [nodes[k] for nodes in entering.nodes for k in kinds]
    added = [_added(*both) for both in zip(entering.outside, entering.links, strict=True)]
    total = _asked(entering.nodes, states, added)
    return (
        tuple(torch.stack([step[k] for step in direct]) for k in kinds),
        tuple(torch.stack(total[k :: len(kinds)]) for k in kinds),
    )


def _roles(attempt: Attempt) -> list[Role | None]:
    return [attempt.role_of(index) for index in range(len(attempt.call.states))]


def _at_steps(attempt: Attempt) -> Entering:
    """Gradients of the results, laid on the steps that the registered function took."""
    walked, gradients = attempt.walked, attempt.call.gradients
    assert gradients is not None
    nodes = [dict(enumerate(one.states)) for one in walked.steps]
    for place, step in zip(nodes, walked.steps, strict=True):
        if step.output is not None:
            place[-1] = step.output
    laid = []
    for arrived in (gradients.states, gradients.links):
        entering: list[dict[int, Tensor]] = [{} for _ in nodes]
        for role, gradient in zip(_roles(attempt), arrived, strict=True):
            if role is not None and gradient is not None:
                _lay(attempt, role, gradient, nodes, entering)
        laid.append(entering)
    return Entering(nodes, *laid)


def _lay(
    attempt: Attempt, role: Role, gradient: Tensor, nodes: list[dict[int, Tensor]], entering: list[dict[int, Tensor]]
) -> None:
    like = nodes[-1][role.of]
    if role.every:
        seeds = over_time(gradient, like, attempt.plan)
    else:
        seeds = gradient.new_zeros(len(nodes), *like.shape)
        lengths = attempt.plan.lengths
        last = torch.tensor(len(nodes)).expand(len(like)) if lengths is None else lengths
        packing = attempt.plan.packing if role.ranked else None
        rows = torch.arange(len(like), device=gradient.device) if packing is None else packing.sorted_indices
        seeds[last.to(gradient.device)[rows] - 1, rows] = gradient.reshape(like.shape)
    for place, seed in zip(entering, seeds, strict=True):
        place[role.of] = place[role.of] + seed if role.of in place else seed


def _at_results(attempt: Attempt) -> Entering:
    """Where the step does not give all that a cell gives: run the cell itself, and lay the gradients on its results."""
    call, plan = attempt.call, attempt.plan
    observed, gradients = call.observed, call.gradients
    assert observed is not None
    assert gradients is not None
    known, kinds = _roles(attempt), range(len(attempt.walked.initial))
    if plan.reading.time is not None or not {role.of for role in known if role} >= set(kinds):
        _refuse_unexplained(attempt)
        return _at_steps(attempt)
    with put_back(observed.given):
        args, kwargs = mapped((observed.given.args, observed.given.kwargs), _followed)
        result = [one for _, one in leaves(call.module.forward(*args, **kwargs))]
    nodes: dict[int, Tensor] = {}
    outside: dict[int, Tensor] = {}
    links: dict[int, Tensor] = {}
    for index, role in enumerate(known):
        number = 100 + index if role is None or role.of in nodes else role.of
        nodes[number] = result[observed.places.index(index)]
        for known_gradients, entering in ((gradients.states, outside), (gradients.links, links)):
            gradient = known_gradients[index]
            if gradient is not None:
                entering[number] = gradient
    return Entering([nodes], [outside], [links])


def _followed(given: Tensor) -> Tensor:
    return given.detach().requires_grad_() if given.is_floating_point() else given


def _refuse_unexplained(attempt: Attempt) -> None:
    gradients, kind = attempt.call.gradients, type(attempt.call.module).__name__
    assert gradients is not None
    for role, *found in zip(_roles(attempt), gradients.states, gradients.links, strict=True):
        if role is None and any(one is not None and bool(one.count_nonzero()) for one in found):
            raise ValueError(
                f"the module {attempt.call.name!r} gives back an output that the step registered for {kind} does not "
                "give, and the loss depends on it; let step return (output, state)."
            )


def _asked(nodes: list[dict[int, Tensor]], states: list[Tensor], entering: list[dict[int, Tensor]]) -> list[Tensor]:
    """Gradient of the states, given what enters at the nodes."""
    pairs = [
        (place[number], seed) for place, seeds in zip(nodes, entering, strict=True) for number, seed in seeds.items()
    ]
    pairs = [(node, seed.to(node.dtype).reshape(node.shape)) for node, seed in pairs if node.requires_grad]
    wanted = [one for one in states if one.requires_grad]
    if not pairs or not wanted:
        return [torch.zeros_like(one) for one in states]
    found = torch.autograd.grad(
        [node for node, _ in pairs], wanted, [seed for _, seed in pairs], retain_graph=True, allow_unused=True
    )
    # by identity: tensors do not compare as wholes
    by_state = {id(one): gradient for one, gradient in zip(wanted, found, strict=True)}
    return [torch.zeros_like(one) if by_state.get(id(one)) is None else by_state[id(one)] for one in states]


def _added(one: Mapping[int, Tensor], other: Mapping[int, Tensor]) -> dict[int, Tensor]:
    both = dict(one)
    for number, seed in other.items():
        both[number] = both[number] + seed if number in both else seed
    return both
