"""Sizes of the comparisons that tests make."""

from collections.abc import Callable

from rnnviz.lab import Comparison

Maker = Callable[..., Comparison]
CELLS = ("rnn", "gru", "lstm")
SIZES = {"hidden_size": 4, "batch_size": 4, "device": "cpu", "seq_len": 8}
