"""Each number in the sentences under a lab, and in a comparison's table, is one worked out anew in the kernel."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.insights.written import by_machine, disagreements, is_as_written

pytestmark = pytest.mark.timeout(900)

TOOLS = """
import json, numpy as np, torch, rnnviz as rv
def curve(lab):
    return np.linalg.norm(lab.snapshot().layer.grad_hidden[0, 0].astype(float), axis=(0, 2))
def held_out(session):
    batch = session.task.held_out()
    with torch.no_grad():
        answers = session.model(batch.inputs)
    return [float(((one - batch.targets) ** 2).mean()) for one in (answers, torch.ones_like(batch.targets))]
def tell(label='TRUTH', **numbers):
    print(label, json.dumps(numbers))
"""
ADDING = "task='adding', device='cpu', hidden_size=8, batch_size=16, seed=0, "
VANISHING = """
norms = curve(lab)
limit = int(np.flatnonzero(norms >= norms.max() / 1000)[0])
tell(far=0, near=99, ratio=norms[0] / norms[-1], limit=limit)
"""
EXPLODING = "norms = curve(lab); tell(far=0, near=39, ratio=norms[0] / norms[-1])"
KEEPING = "tell(share=float((lab.snapshot().layer.gates['f'] < 0.1).mean()))"
CLIPPING = """
norms = lab.history['grad_norm'][-50:]
tell(count=int((norms > 0.01).sum()), rows=50, clip=0.01, norm=float(np.median(norms)))
"""
TOO_LOW = """
losses = lab.history['loss']; few = len(losses) // 4
tell(first=float(losses[:few].mean()), now=float(losses[-few:].mean()), steps=int(lab.history["step"][-1]), lr=1e-5)
"""
BEATS = "score, best = held_out(lab); tell(score=score, best=best)"
LABS = {
    "insight.vanishing": ("cell='rnn', seq_len=100, lr=1e-6", 50, VANISHING),
    "insight.exploding": (
        "cell='rnn', nonlinearity='relu', init='identity', rho=1.6, seq_len=40, lr=1e-6",
        50,
        EXPLODING,
    ),
    "insight.saturated.keeping": ("cell='lstm', forget_bias=-2.2, seq_len=20, lr=1e-6", 50, KEEPING),
    "insight.clipping": ("cell='gru', clip=0.01, lr=0.005, seq_len=12", 60, CLIPPING),
    "insight.too_low": ("cell='gru', lr=1e-5, clip=None, seq_len=12", 110, TOO_LOW),
    "insight.beats": ("cell='gru', lr=0.01, seq_len=12", 300, BEATS),
}


def line(notebook: Notebook, page: Page) -> tuple[int, list[str]]:
    """The sentences as they stand there, and the step that they are about."""
    page.wait_for_function("() => document.querySelector('.rv-insights-step')?.textContent", timeout=PATIENCE)
    step, *words = notebook.lab.locator(".rv-insights").first.evaluate(
        "line => [...line.querySelectorAll('.rv-insights-step, .rv-insight-said')].map(one => one.textContent)"
    )
    return int(re.fullmatch(r"Step ([\d,]+)", step)[1].replace(",", "")), [by_machine(one) for one in words]


@pytest.mark.parametrize("key", LABS)
def test_the_numbers_of_a_sentence_are_those_of_its_step(
    address: str, page: Page, write: Callable[..., str], key: str
) -> None:
    settings, steps, truth = LABS[key]
    made = f"lab = rv.Lab({ADDING}views=['hidden'], {settings}); lab.train(%d)"
    notebook = Notebook(page).open(address, write(TOOLS, made % steps, "lab", "")).run_all()
    step, words = line(notebook, page)
    notebook.code(f"{made % step}\n{truth}")  # the same run once more, to the step that is spoken of
    assert step == steps
    assert disagreements(key, words[0], notebook.printed("TRUTH")) == []


COMPARE = (
    "models, common = ['rnn', 'gru', 'lstm'], dict(task='adding', seq_len=20, hidden_size=8, seed=0, device='cpu')"
)
APART = """
alone = {label: rv.Lab(cell=label, **common) for label in models}
for one in alone.values():
    one.train(%d)
norms = {label: curve(one) for label, one in alone.items()}
scores = {label: held_out(one)[0] for label, one in alone.items()}
ratio = {label: one[0] / one[-1] for label, one in norms.items()}
worst, best = min(ratio, key=ratio.get), max(ratio, key=ratio.get)
tell(ratio=ratio[worst], other=ratio[best], orders=float(np.log10(ratio[best] / ratio[worst])),
     score=scores[worst], other_score=scores[best])
"""
LEADING = """
always = held_out(alone["gru"])[1]
seconds = comparison._lockstep._watch._seconds
beat = {}
for label, lab in alone.items():
    scores = lab.snapshot().scores
    beat |= {label: int(step) for step, score in list(zip(*scores.values()))[::-1] if score < 0.97 * always}
order = sorted(beat, key=lambda label: (beat[label], seconds[label]))
pace = [seconds[label] / comparison.sessions[label].step for label in order] + [0.0]
tell('FIRST', best=always, steps=beat[order[0]], pace=pace[0], other_steps=beat.get(order[-1]), other_pace=pace[1])
"""
TABLE = """
alone = {label: rv.Lab(cell=label, **common) for label in models}
rows = []
for label, one in alone.items():
    one.train(comparison.sessions[label].step)
    watch = comparison._lockstep._watch._seconds
    size = sum(weight.numel() for weight in one.model.parameters())
    rows.append([float(one.history['loss'][-1]), held_out(one)[0], watch[label] / sum(watch.values()), size])
tell(f'STEP{int(one.history["step"][-1])}', rows=rows, always=held_out(one)[1], step=int(one.history["step"][-1]))
"""


def test_what_tells_models_apart_and_who_was_first_are_told_with_their_numbers(
    address: str, page: Page, write: Callable[..., str]
) -> None:
    made = f"{COMPARE}\ncomparison = rv.compare(models[:2], views=['hidden'], **common); comparison.train(300)"
    notebook = Notebook(page).open(address, write(TOOLS, made, "comparison", "")).run_all()
    step, words = line(notebook, page)
    assert step == 300
    notebook.code(f"models = models[:2]{APART % step}")
    assert disagreements("insight.apart.shown", words[0], notebook.printed("TRUTH")) == []
    notebook.code(LEADING)
    key = "insight.leading.followed" if "followed within" in words[1] else "insight.leading.alone"
    assert disagreements(key, words[1], notebook.printed("FIRST")) == []


def table(notebook: Notebook) -> tuple[list[str], list[list[str]]]:
    head, *rows = notebook.lab.locator(".rv-results tr").all()
    return head.locator("th").all_inner_texts(), [row.locator("th, td").all_inner_texts() for row in rows]


def agrees_with(notebook: Notebook, step: int) -> None:
    expect(notebook.lab.locator(".rv-figures")).to_contain_text(f"step {step:,}", timeout=PATIENCE)
    metric = notebook.lab.locator(".rv-results thead th").nth(2)
    expect(metric).to_have_attribute("title", f"MSE on held-out data at step {step:,}", timeout=PATIENCE)
    head, rows = table(notebook)
    notebook.code(TABLE)
    truth: dict[str, Any] = notebook.printed(f"STEP{step}")
    assert truth["step"] == step
    assert head == ["", "loss", "held out", "time", "weights"]
    assert [row[0] for row in rows] == ["RNN", "GRU", "LSTM", "always 1"]
    assert rows[3][2:] == ["–"] * 2  # a simple rule has no loss: its name has the room
    told = [*zip(rows[:3], truth["rows"], strict=True), (rows[3][:2], [truth["always"]])]
    wrong = [pair for row, numbers in told for pair in zip(row[1:], numbers, strict=True) if not is_as_written(*pair)]
    assert wrong == []
    best = notebook.lab.locator(".rv-results b").all_inner_texts()
    assert best == [min((row[2] for row in rows[:3]), key=lambda one: float(by_machine(one)))]


def test_the_comparisons_table_has_the_numbers_of_the_models(
    address: str, page: Page, write: Callable[..., str]
) -> None:
    made = f"{COMPARE}\ncomparison = rv.compare(models, views=['hidden'], **common); comparison.train(1100)"
    notebook = Notebook(page).open(address, write(TOOLS, made, "comparison", "")).run_all()
    agrees_with(notebook, 1100)
    notebook.button("step").click()
    agrees_with(notebook, 1101)
