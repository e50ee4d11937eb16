"""A notebook that a program has run holds a picture and a sentence of everything of ours that its cells display."""

import base64
import json
import re
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from rnnviz.views.style import shade
from tests.pictures import frame, pixels_of

MOST = 200_000  # bytes, as the file has them
CELLS = {
    "lab": "import rnnviz as rv\nlab = rv.Lab('adding', seq_len=10, hidden_size=4, seed=0, device='cpu')\nlab",
    "comparison": "both = rv.compare(['rnn', 'gru'], 'adding', seq_len=10, hidden_size=4, seed=0, device='cpu')\n"
    "both.train(3)\nboth",
    "watch": "import torch\nmodel = torch.nn.GRU(2, 5, batch_first=True)\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    "with rv.watch(model, every=1) as w:\n    display(w)\n    for _ in range(3):\n"
    "        optimizer.zero_grad()\n        loss = model(torch.ones(4, 6, 2))[0].square().mean()\n"
    "        loss.backward()\n        optimizer.step()\n        w.step(loss=loss)",
    "inspector": "one = rv.Lab('adding', cell='gru', seq_len=10, hidden_size=4, device='cpu', views=['hidden'])\n"
    "one._console.shown().panel.toolbox.buttons['inspector'].value = True\none",
    "trained": "lab.train(7)",
    "captured": "%%capture\nrv.Lab('adding', seq_len=10, hidden_size=4, device='cpu')",
    "plain": "lab.state.step",
    "numbers": "import json\nprint(json.dumps(one.snapshot().layer.hidden[0, 0, 0].tolist()))",
}


@pytest.fixture(scope="module")
def cells() -> dict[str, Any]:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()])
    NotebookClient(book, kernel_name="python3", timeout=300).execute()
    return dict(zip(CELLS, book.cells, strict=True))


def stills(cell: Any) -> list[Any]:
    return [one for one in cell.outputs if "image/png" in one.get("data", {})]


def file_in(cell: Any) -> bytes:
    (still,) = stills(cell)
    return base64.b64decode(still.data["image/png"])


@pytest.mark.parametrize("name", ["lab", "comparison", "watch", "inspector"])
def test_what_a_cell_displays_leaves_one_small_picture_and_a_sentence(cells: dict[str, Any], name: str) -> None:
    (still,) = stills(cells[name])
    assert set(still.data) == {"image/png", "text/plain"}
    assert len(still.data["image/png"]) <= MOST
    rows, columns, _ = pixels_of(file_in(cells[name])).shape
    size = still.metadata["image/png"]
    assert (columns, rows) == (2 * size["width"], 2 * size["height"])
    assert re.search(r"at step [\d,]+: .*loss", still.data["text/plain"])
    assert size["alt"] == still.data["text/plain"]


def test_the_still_is_of_the_state_that_a_later_cell_has_left(cells: dict[str, Any]) -> None:
    (still,) = stills(cells["lab"])
    assert "at step 7:" in still.data["text/plain"]
    assert cells["plain"].outputs[0].data["text/plain"] == "7"
    assert not stills(cells["trained"])


def test_what_a_cell_captures_leaves_nothing(cells: dict[str, Any]) -> None:
    assert cells["captured"].outputs == []


def test_the_pixels_of_the_hidden_state_are_its_numbers(cells: dict[str, Any]) -> None:
    hidden = np.array(json.loads(cells["numbers"].outputs[0].text), np.float32)  # (time, unit)
    pixels = pixels_of(file_in(cells["inspector"]))
    area = pixels[frame(pixels, (0xB9, 0xC0, 0xC8))]
    for time, unit in np.ndindex(hidden.shape):
        row = int((hidden.shape[1] - unit - 0.5) * area.shape[0] / hidden.shape[1])
        column = int((time + 0.5) * area.shape[1] / hidden.shape[0])
        wanted = [int(one) for one in re.findall(r"\d+", shade(hidden[time, unit], (-1.0, 1.0))[0])]
        assert area[row, column].tolist() == wanted


def test_a_still_with_the_open_inspector_shows_its_lines_beside_the_pictures(cells: dict[str, Any]) -> None:
    with_lines, without = (pixels_of(file_in(cells[name])) for name in ("inspector", "watch"))
    assert (with_lines[:, 1240:] < 128).any()
    assert with_lines.shape[1] == without.shape[1]
