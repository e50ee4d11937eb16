"""Characters of Python source and the kinds of their tokens."""

import ast
import builtins
import hashlib
import importlib.util
import keyword
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.tasks import PythonTokens, make, python_tokens
from rnnviz.tasks.python_tokens import KINDS, MODULES, VERSION, tagged, training_modules

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


def test_an_f_string_is_a_string_as_a_whole_whichever_python_runs() -> None:
    source = """x = f"a{b!r:>{w}} {f'{y}'}" + rf'''{{k}}\n{1 if z else "é"} é'''  # d\n"""
    assert spelled(source, "string") == source[4:].partition(" + ")[0] + source.partition(" + ")[2].partition("  #")[0]
    assert spelled(source, "name") == "x"


def test_a_form_feed_shifts_nothing() -> None:
    assert spelled("a = 1\n\x0c\nbc = 2\n", "name") == "abc"


def test_the_text_is_that_of_the_pinned_ipywidgets_or_the_task_says_that_figures_differ() -> None:
    task = PythonTokens()
    if version("ipywidgets") != VERSION:
        assert "differ a little here" in task.source
        return
    trained, scored = python_tokens._read(MODULES), python_tokens._read(python_tokens.HELD_OUT_MODULES)
    assert (len(MODULES), len(trained[0]), len(scored[0])) == (17, 131_059, 53_207)
    digest = hashlib.sha256(b"".join(part.astype("<i8").tobytes() for part in (*trained, *scored)))
    assert digest.hexdigest() == "b067ae0345391ee82c28279bdcafda483c606e0b4c7d9fa5cd62ac914ae5d0ac"
    assert "ipywidgets 8.1.9 (BSD-3-Clause licence)" in task.source
    assert "differ" not in task.source


def test_the_figures_that_the_chapters_name_are_those_of_the_pinned_version() -> None:
    task = PythonTokens()
    rounding = 5e-4 if version("ipywidgets") == VERSION else 0.05
    assert list(task.baselines().values()) == pytest.approx([0.3828, 0.5216], abs=rounding)
    assert KINDS[int(np.bincount(task._kinds.numpy()).argmax())] == "string"


def test_no_module_is_both_trained_on_and_held_out_and_none_has_an_f_string() -> None:
    modules = (*MODULES, *python_tokens.HELD_OUT_MODULES)
    assert len(modules) == len(set(modules))
    trees = [ast.parse(python_tokens.module_text(module)) for module in modules]
    assert not any(isinstance(node, ast.JoinedStr) for tree in trees for node in ast.walk(tree))


def test_reading_it_does_not_import_ipywidgets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "ipywidgets"]:
        monkeypatch.delitem(sys.modules, name)
    PythonTokens()
    assert "ipywidgets" not in sys.modules


def other_ipywidgets(monkeypatch: pytest.MonkeyPatch, folder: Path, modules: tuple[str, ...]) -> None:
    """Let a copy of some modules pass for the installed ipywidgets, version 9.0.0."""
    (folder / "widgets").mkdir()
    (folder / "__init__.py").touch()
    for module in modules:
        source = python_tokens.module_text(module).replace("self", "this")
        (folder / "widgets" / f"{module}.py").write_text(source, encoding="utf-8")
    found = importlib.util.spec_from_file_location("ipywidgets", folder / "__init__.py")
    assert found is not None
    found.submodule_search_locations = [str(folder)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    monkeypatch.setattr(python_tokens, "version", lambda name: "9.0.0")
    python_tokens._read.cache_clear()


def test_another_version_of_ipywidgets_works_and_says_that_scores_differ(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fewer = MODULES[:5]
    other_ipywidgets(monkeypatch, tmp_path, (*fewer, "interaction"))
    task = PythonTokens()
    assert training_modules() == fewer
    assert task.batch(4, torch.Generator()).inputs.shape == (4, 80)
    assert "ipywidgets 9.0.0" in task.source
    assert "measured with its version 8.1.9, so they differ a little here." in task.source
    python_tokens._read.cache_clear()


def test_an_ipywidgets_without_its_source_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other_ipywidgets(monkeypatch, tmp_path, ())
    with pytest.raises(
        ModuleNotFoundError, match=r"the source of ipywidgets 8\.1\.9, .* pip install ipywidgets==8\.1\.9"
    ):
        PythonTokens()


def test_held_out_source_is_not_trained_on_but_for_a_few_phrases_that_all_such_code_shares() -> None:
    task = PythonTokens(seq_len=60)
    trained = "".join(map(chr, task._characters.tolist()))
    rows = ["".join(map(chr, row.tolist())) for row in task.held_out().inputs]
    assert len(rows) == 256
    assert sum(row in trained for row in rows) <= 5


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
