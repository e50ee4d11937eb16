"""Draw the chapters' drawings anew: ``python notebooks/drawings`` writes them beside the chapters, in ``en/images``."""

import sys
from collections.abc import Callable
from pathlib import Path

import cells
import gradients
import longrange
import networks
import practice
import scans
import speed
import texts
import training
import translation
from canvas import Canvas

DRAWINGS: dict[str, Callable[[], Canvas]] = {
    "feed-forward": networks.feed_forward,
    "unrolled": networks.unrolled,
    "rnn-step": cells.rnn_step,
    "bidirectional": networks.bidirectional,
    "stacked": networks.stacked,
    "lstm": cells.lstm,
    "gru": cells.gru,
    "packing": training.packing,
    "training-loop": training.training_loop,
    "text-to-numbers": texts.text_to_numbers,
    "windows": training.windows,
    "attention": translation.attention,
    "scan-tree": scans.scan_tree,
    "bptt": gradients.through_time,
    "which-model": practice.which_model,
    "long-range": longrange.roads,
    "launches": speed.launches,
}


def main(folder: Path) -> None:
    """Write every drawing into a folder, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in DRAWINGS.items():
        (folder / f"{name}.svg").write_text(str(draw()), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "en" / "images")
