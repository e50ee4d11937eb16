"""Characters of Python source and the kinds of their tokens."""

import ast
import builtins
import keyword

import numpy as np
import pytest
import torch

from rnnviz.tasks import PythonTokens, make
from rnnviz.tasks.python_tokens import KINDS, tagged

SOURCE = 'def f(x):\n    """Say\n    so."""\n    return x + 1.5  # done\n'


def spelled(source: str, kind: str) -> str:
    return "".join(character for character, one in zip(source, tagged(source), strict=True) if KINDS[one] == kind)


@pytest.mark.parametrize(
    ("kind", "characters"),
    [
        ("keyword", "defreturn"),
        ("name", "fxx"),
        ("number", "1.5"),
        ("string", '"""Say\n    so."""'),
        ("comment", "# done"),
        ("operator", "():+"),
    ],
)
def test_every_character_has_the_kind_of_its_token(kind: str, characters: str) -> None:
    assert spelled(SOURCE, kind) == characters


def test_what_is_tagged_a_name_is_an_identifier_and_no_keyword() -> None:
    source = "for item in range(10): print(item)"
    tree = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert set(tree) == {"item", "range", "print"}
    assert spelled(source, "name") == "itemrangeprintitem"
    assert not any(keyword.iskeyword(name) for name in tree)
    assert hasattr(builtins, "range")


def test_held_out_source_is_not_trained_on() -> None:
    task = PythonTokens(seq_len=60)
    trained = "".join(map(chr, task._characters.tolist()))
    for row in task.held_out().inputs[::32]:
        assert "".join(map(chr, row.tolist())) not in trained


def test_labels_spell_the_sequence() -> None:
    task = make("python-tokens", seq_len=40)
    labels = task.time_labels(3)
    kinds = task.held_out().targets[task.probe_index(3)]
    assert len(labels) == len(kinds) == 40
    spaces = [label for label, kind in zip(labels, kinds.tolist(), strict=True) if KINDS[kind] == "space"]
    assert all(label.isspace() or label == "\\" for label in spaces)


def test_the_simple_rules_are_what_counting_says() -> None:
    task = PythonTokens()
    trained, kinds = task._kinds.numpy(), task.held_out().targets.numpy()
    majority = float((kinds == np.bincount(trained).argmax()).mean())
    table = np.zeros((task.vocabulary, len(KINDS)))
    np.add.at(table, (task._characters.numpy(), trained), 1)
    usual = float((table.argmax(1)[task.held_out().inputs.numpy()] == kinds).mean())
    assert list(task.baselines().values()) == pytest.approx([majority, usual], abs=1e-6)


def test_the_loss_is_the_mean_over_characters() -> None:
    task = PythonTokens(seq_len=10)
    outputs, targets = torch.randn(3, 10, 7), torch.randint(7, (3, 10))
    rows = [float(-outputs[b, step].log_softmax(-1)[targets[b, step]]) for b in range(3) for step in range(10)]
    assert float(task.loss(outputs, targets)) == pytest.approx(np.mean(rows), rel=1e-5)
