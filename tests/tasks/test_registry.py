"""The register of tasks: each by its name, and what a recipe holds of it makes it again."""

import re
import subprocess
import sys
import types
from typing import Any

import pytest

from rnnviz import tasks
from rnnviz.checks import number, whole
from rnnviz.export.codec import LARGEST_DATA
from rnnviz.export.recipe import Recipe
from rnnviz.tasks import registry
from rnnviz.training import Session, Settings
from tests.training.padded import FirstLetter


@pytest.mark.parametrize("name", ["sunspots", "adding", "temporal-order", "python-tokens", "copy-memory", "digits"])
def test_what_is_recorded_of_a_task_makes_it_again(name: str) -> None:
    task = tasks.make(name)
    written = registry.recorded(task)
    assert written is not None
    again = tasks.from_recipe(written)
    assert type(again) is type(task)
    assert registry.recorded(again) == written


def test_every_task_that_there_is_stands_in_the_error() -> None:
    for ask in (lambda: tasks.make("nonsense"), lambda: tasks.from_recipe({"task": "nonsense"})):
        with pytest.raises(ValueError, match="adding") as refused:
            ask()
        named = re.findall(r"[\w-]+", str(refused.value))
        assert [name for name in named if name in {*tasks.KNOWN, *registry.FETCHED}] == list(registry._BUILT_IN)
        assert {*tasks.KNOWN, *registry.FETCHED} == set(registry._BUILT_IN)


def test_a_task_is_imported_when_it_is_asked_for() -> None:
    module = "rnnviz.tasks.unheard_of"
    program = (
        "import rnnviz.tasks.registry as registry\n"
        "registry._BUILT_IN = {**registry._BUILT_IN, 'late': 'unheard_of.Late'}\n"
        "registry.make('adding')\n"
        "try:\n    registry.make('late')\nexcept ModuleNotFoundError as error:\n    print(error.name)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == module


@pytest.mark.parametrize(
    ("recipe", "error", "words"),
    [
        (None, TypeError, "recipe must be a dict with 'task' and 'options', got None"),
        ({"task": "adding", "options": [1]}, TypeError, "recipe must be a dict"),
        ({"task": ["adding"]}, ValueError, "task must be one of .*, got list"),
        ({}, ValueError, "task must be one of .*, got NoneType"),
        ({"task": "adding", "options": {"seed": -1}}, ValueError, "seed must be at least 0, got -1"),
        ({"task": "adding", "options": {"size": 3}}, ValueError, "options has no 'size'; known: seed"),
        ({"task": "python-tokens", "options": {"seed": 3}}, ValueError, "options has no 'seed'; known: none"),
    ],
)
def test_what_no_task_can_be_made_of_is_refused(recipe: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        tasks.from_recipe(recipe)


class Own(FirstLetter):
    """What a function ``from_lengths`` makes of a learner's numbers."""

    name = "her numbers"
    options = {  # noqa: RUF012
        "values": lambda name, given: [number(-1e9, 1e9, open_end=False)(name, one) for one in given],
        "longest": whole(1, 9),
    }

    def __init__(self, values: list[float], longest: int = 4) -> None:
        super().__init__(longest)
        self.values = list(values)

    def to_recipe(self) -> dict[str, Any]:
        return {"task": "from_lengths", "options": {"values": self.values, "longest": self.longest}}


@pytest.fixture
def _own_data(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("rnnviz.tasks.her_numbers")
    module.Own = Own  # type: ignore[attr-defined]
    monkeypatch.setattr(Own, "__module__", module.__name__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(registry, "_OWN_DATA", {"from_lengths": "her_numbers.Own"})


@pytest.mark.usefixtures("_own_data")
def test_data_of_a_learner_s_own_stand_in_the_recipe_exactly_and_in_one_line() -> None:
    session = Session(Own([0.1 + n / 3 for n in range(3000)], 5), device="cpu")
    text = Recipe.of(session.task, session.settings).text()
    made = Recipe.parse(text).make_task()
    assert isinstance(made, Own)
    assert (made.values, made.longest) == ([0.1 + n / 3 for n in range(3000)], 5)
    assert len(text.splitlines()) < 50


@pytest.mark.usefixtures("_own_data")
def test_more_data_than_a_recipe_holds_are_refused_with_what_to_do() -> None:
    task = Own([0.123456789] * (LARGEST_DATA // 12))
    words = r"recipe\(\) holds 1,000,000 characters of data at most, and 'her numbers' has .*share the file"
    with pytest.raises(ValueError, match=words):
        Recipe.of(task, Settings())


@pytest.mark.usefixtures("_own_data")
def test_a_link_that_no_browser_would_take_is_refused() -> None:
    recipe = Recipe.of(Own([0.123456789] * 10_000), Settings())
    with pytest.raises(ValueError, match=r"a link holds 64,000 characters at most.* share the text of recipe\(\)"):
        recipe.link()


@pytest.mark.usefixtures("_own_data")
def test_a_recipe_of_data_that_somebody_has_spoiled_is_refused() -> None:
    text = Recipe.of(Own([0.5, 0.25]), Settings()).text()
    with pytest.raises(ValueError, match=r"^this recipe cannot be followed: values must be a number, got 'rm'"):
        Recipe.parse(text.replace("0.25", '"rm"'))


@pytest.mark.usefixtures("_own_data")
def test_a_class_that_derives_from_a_task_is_not_taken_for_it() -> None:
    class Hers(Own):
        __module__ = "notebook"

    with pytest.raises(ValueError, match="cannot write down 'her numbers'"):
        Recipe.of(Hers([1.0]), Settings())
