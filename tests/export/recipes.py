"""Recipes and whatever else may be read as one."""

import sys

import pytest
from hypothesis import strategies as st

from rnnviz.export.codec import Shareable
from rnnviz.export.recipe import Recipe
from rnnviz.models import CELLS, INITIALISATIONS
from rnnviz.training import OPTIMIZERS, Settings
from rnnviz.training.schedules import SCHEDULES

PLAIN = {"rnnviz": 1, "task": "adding", "settings": {"lr": 0.01, "seq_len": 12}}
POSITIVE = st.floats(min_value=1e-300, max_value=1e300)
SETTINGS = st.builds(
    Settings,
    lr=POSITIVE,
    schedule=st.sampled_from(SCHEDULES),
    clip=st.none() | POSITIVE,
    batch_size=st.integers(1, 1024),
    optimizer=st.sampled_from(OPTIMIZERS),
    input_noise=st.floats(0, 1e6),
    teacher_forcing=st.floats(0, 1),
    rho=st.none() | POSITIVE,
    forget_bias=st.none() | st.floats(-100, 1e6),
    cell=st.sampled_from(CELLS),
    hidden_size=st.integers(1, 512),
    num_layers=st.integers(1, 8),
    bidirectional=st.booleans(),
    seq_len=st.none() | st.integers(1, 1000),
    init=st.sampled_from(INITIALISATIONS),
    seed=st.integers(0, 2**63 - 2),
)
NAMES = st.none() | st.lists(st.text(max_size=12), max_size=5).map(tuple)
RECIPES = st.builds(
    Recipe,
    task=st.sampled_from(["adding", "temporal-order"]),
    options=st.fixed_dictionaries({}, optional={"seed": st.integers(0, 2**63 - 1)}),
    settings=SETTINGS,
    steps=st.none() | st.integers(1, 10**9),
    show=NAMES,
    views=NAMES,
    layer=st.none() | st.text(max_size=12),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def refused(text: str) -> str:
    """The one sentence with which a text is refused."""
    with pytest.raises(ValueError, match=r"^this recipe cannot be followed: ") as caught:
        Recipe.parse(text)
    assert type(caught.value) is ValueError
    assert len(str(caught.value)) < 400
    return str(caught.value)


def said(text: str, kind: type[Shareable] = Recipe) -> str:
    try:
        kind.parse(text)
    except ValueError as error:
        return str(error)
    return ""


def assert_read_or_refused(text: str, kind: type[Shareable] = Recipe) -> None:
    """Parsing gives a recipe or a ValueError, and no module is loaded for it."""
    loaded = set(sys.modules)
    words = said(text, kind)
    assert words == "" or words.startswith("this recipe cannot be followed: ")
    assert set(sys.modules) == loaded
