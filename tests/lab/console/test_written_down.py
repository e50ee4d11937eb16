"""What a lab writes down of itself: the layer that is looked at, and which networks it knows."""

from typing import Any

import pytest

import rnnviz as rv
from rnnviz.models import ClockworkRNN, SelfAttention, SkipRNN
from rnnviz.tasks import Adding, Dates, Task


def test_a_recipe_keeps_which_layer_of_a_translator_is_looked_at() -> None:
    lab = rv.Lab(Dates(pairs=100), hidden_size=5, seed=0, layer="decoder")
    again = rv.Lab.from_recipe(lab.recipe())
    assert again._session.part == "decoder"
    assert again.snapshot().module == lab.snapshot().module


def test_what_was_chosen_since_is_in_the_recipe_and_the_first_layer_needs_no_mention() -> None:
    lab = rv.Lab(Dates(pairs=100), hidden_size=5, seed=0)
    assert '"layer"' not in lab.recipe()
    lab._session.look_into("decoder")
    assert rv.Lab.from_recipe(lab.recipe(link=True))._session.part == "decoder"


def test_a_recipe_with_a_layer_that_is_not_there_says_which_there_are() -> None:
    text = rv.Lab("adding", hidden_size=4, seq_len=8).recipe().replace('"task"', '"layer": "decoder", "task"', 1)
    with pytest.raises(ValueError, match="layer must be one of"):
        rv.Lab.from_recipe(text)


def network(kind: Any, task: Task, **options: Any) -> Any:
    return kind(task.input_size, 4, task.output_size, each_step=task.each_step, **options)


@pytest.mark.parametrize("verb", ["code", "recipe"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [(SkipRNN, {"skip": 3}), (ClockworkRNN, {"periods": (1, 2)}), (SelfAttention, {"positions": 8})],
)
def test_a_network_that_is_no_cell_of_the_knob_is_refused_by_its_name(verb: str, kind: Any, options: Any) -> None:
    lab = rv.Lab(Adding(seq_len=8), model=lambda task, settings: network(kind, task, **options))
    with pytest.raises(ValueError, match=f"cannot write down a {kind.__name__}, which came as model=; share the cell"):
        getattr(lab, verb)()
