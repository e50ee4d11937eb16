"""The recurrent layer of an encoder or a decoder, and the lengths it reads up to."""

from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.checks import flag, kind_of, one_of, shown
from rnnviz.limits import affordable

__all__ = ["State", "check_lengths", "read", "recurrent_layer"]

State: TypeAlias = Tensor | tuple[Tensor, Tensor]  # (layer, batch, unit); of an LSTM hidden and cell state
_GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def recurrent_layer(
    cell: str, input_size: int, hidden_size: int, num_layers: int, bidirectional: bool, nonlinearity: str
) -> nn.RNNBase:
    """Return an ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU`` with ``batch_first=True``.

    Raises
    ------
    TypeError, ValueError
        If there is no such cell, ``"relu"`` is asked of another than the plain one, or the weights are too many.
    """
    one_of(_GATES)("cell", cell)
    flag("bidirectional", bidirectional)
    if one_of(("tanh", "relu"))("nonlinearity", nonlinearity) != "tanh" and cell != "rnn":
        raise ValueError(
            f"nonlinearity must be 'tanh', or 'relu' with cell 'rnn', got {shown(nonlinearity)} with {cell!r}."
        )
    weights = (1 + bidirectional) * num_layers * _GATES[cell] * hidden_size * (hidden_size + input_size)
    affordable("the layer", weights, hidden_size=hidden_size, num_layers=num_layers)
    made: dict[str, Any] = {"num_layers": num_layers, "bidirectional": bidirectional, "batch_first": True}
    if cell == "rnn":
        return nn.RNN(input_size, hidden_size, nonlinearity=nonlinearity, **made)
    return (nn.LSTM if cell == "lstm" else nn.GRU)(input_size, hidden_size, **made)


def read(
    layer: nn.RNNBase, vectors: Tensor, lengths: Tensor | None, state: State | None = None
) -> tuple[Tensor, State]:
    """Run the layer over sequences of these lengths: states (batch, time, unit), 0 behind each end, and the last state.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        With ``batch_first=True``.
    vectors : torch.Tensor
        Axes (batch, time, feature).
    lengths : torch.Tensor or None
        Steps of each sequence, axis (batch,), on the CPU; None where all are full.
    state : torch.Tensor or tuple of torch.Tensor, optional
        What the layer begins with; zeros unless given.
    """
    if lengths is None:
        states, last = layer(vectors, state)
        return states, last
    packed, last = layer(pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False), state)
    states, _ = pad_packed_sequence(packed, batch_first=True, total_length=vectors.size(1))
    return states, last


def check_lengths(name: str, lengths: Any, tokens: Tensor) -> Tensor | None:
    """Return the lengths of sequences of tokens on the CPU, as torch's packing wants them; None where all are full.

    Raises
    ------
    TypeError, ValueError
        If there is not one whole number a sequence, from 1 to what is there.
    """
    if lengths is None:
        return None
    if not isinstance(lengths, Tensor) or lengths.is_floating_point() or lengths.shape != tokens.shape[:1]:
        came = f"a tensor of {lengths.dtype}" if isinstance(lengths, Tensor) else kind_of(lengths)
        shape = f" with shape {tuple(lengths.shape)}" if isinstance(lengths, Tensor) else ""
        raise TypeError(
            f"{name} must be a torch.Tensor of whole numbers, one for each of the {len(tokens)} sequences, "
            f"got {came}{shape}."
        )
    lengths = lengths.to("cpu", torch.int64)
    if len(lengths) and not 1 <= int(lengths.min()) <= int(lengths.max()) <= tokens.size(1):
        raise ValueError(
            f"{name} must be from 1 to the {tokens.size(1)} timesteps that there are, got {shown(lengths.tolist())}."
        )
    return None if bool((lengths == tokens.size(1)).all()) else lengths
