"""What decides how long a recurrent layer remembers: the spectral radius of W_hh, and the bias of the keeping gate."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from rnnviz.checks import kind_of, number, shown
from rnnviz.limits import GATE_BIAS

__all__ = ["recurrent_blocks", "rescale", "set_forget_bias", "spectral_radius"]

_GATES = {nn.RNN: 1, nn.LSTM: 4, nn.GRU: 3}
_KEEPING = {nn.LSTM: 1, nn.GRU: 1}  # i f g o and r z n: the gate that keeps the state is the second of both


def recurrent_blocks(layer: nn.RNNBase) -> Iterator[Tensor]:
    """Yield the recurrent matrix of every gate, direction and layer: views of the weights, axes (unit, unit)."""
    for name, weight in layer.named_parameters():
        if name.startswith("weight_hh"):
            yield from weight.detach().chunk(_GATES[type(layer)])


def spectral_radius(matrix: Tensor) -> float:
    """Return the largest absolute value of a square matrix's eigenvalues.

    Parameters
    ----------
    matrix : torch.Tensor
        Axes (unit, unit), on any device.

    Returns
    -------
    float
        The largest magnitude of an eigenvalue, worked out in double precision.

    Raises
    ------
    TypeError, ValueError
        If it is no square, dense matrix of finite numbers.

    Examples
    --------
    >>> round(spectral_radius(torch.tensor([[0.0, -2.0], [2.0, 0.0]])), 6)
    2.0
    """
    if not isinstance(matrix, Tensor) or matrix.dim() != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        raise TypeError(f"matrix must be a torch.Tensor with axes (unit, unit), got {shown(matrix)}.")
    if matrix.layout != torch.strided:
        raise TypeError(f"matrix must be a dense tensor, got one of layout {matrix.layout}; write matrix.to_dense().")
    if matrix.is_meta or not bool(torch.isfinite(matrix).all()):
        raise ValueError("matrix must hold finite numbers, got some that are not.")
    # on the CPU: MPS has neither eigenvalues nor double precision
    return float(torch.linalg.eigvals(matrix.cpu().double()).abs().max())


@torch.no_grad()
def rescale(layer: nn.RNNBase, radius: float) -> None:
    """Scale the recurrent matrix of every gate to a spectral radius, in place; one of radius 0 stays as it is.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        Without a projection, which would make its recurrent matrices oblong.
    radius : float
        Above 0.

    Raises
    ------
    ValueError
        If the layer has a projection, or its weights would not be finite; nothing is changed then.

    Examples
    --------
    >>> layer = nn.GRU(1, 6)
    >>> rescale(layer, 1.1)
    >>> [round(spectral_radius(block), 4) for block in recurrent_blocks(layer)]
    [1.1, 1.1, 1.1]
    """
    _check_layer(layer)
    radius = number(0, open_end=True)("radius", radius)
    if layer.proj_size:
        raise ValueError(
            f"rho needs square recurrent matrices, got a layer with proj_size={layer.proj_size}; "
            "leave rho at None, or build the layer without proj_size."
        )
    blocks = list(recurrent_blocks(layer))
    radii = map(spectral_radius, blocks)
    # a matrix of radius 0 stays 0 whatever it is scaled by
    scaled = [block * (radius / now) if now > 0 else block for block, now in zip(blocks, radii, strict=True)]
    if not all(one.isfinite().all() for one in scaled):
        raise ValueError(f"radius must leave the weights finite in {layer.weight_hh_l0.dtype}, got {radius:g}.")
    for block, now in zip(blocks, scaled, strict=True):
        block.copy_(now)


@torch.no_grad()
def set_forget_bias(layer: nn.RNNBase, bias: float) -> None:
    """Set the bias of the gate that keeps the state: f of an LSTM, z of a GRU; a plain RNN has none.

    torch adds two biases; the one of the input takes the value, the one of the state becomes 0. Gers, Schmidhuber &
    Cummins (2000) introduced the gate; Jozefowicz, Zaremba & Sutskever (2015) found that it should start near 1.

    Parameters
    ----------
    layer : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        Changed in place.
    bias : float
        Any number; 1 starts the gate at σ(1) = 0.73, so that 27 % of the state is lost a step.

    Raises
    ------
    TypeError, ValueError
        If the layer is none of the three, or the bias no number from −1e6 to 1e6.

    Examples
    --------
    >>> layer = nn.LSTM(1, 2)
    >>> set_forget_bias(layer, 1.0)
    >>> (layer.bias_ih_l0 + layer.bias_hh_l0).view(4, 2)[1]
    tensor([1., 1.], grad_fn=<SelectBackward0>)
    """
    _check_layer(layer)
    bias = number(-GATE_BIAS, GATE_BIAS, open_end=False)("bias", bias)
    place = _KEEPING.get(type(layer))
    if place is None:
        return
    for name, one in layer.named_parameters():
        if name.startswith("bias"):
            one.detach().chunk(_GATES[type(layer)])[place].fill_(bias if "_ih_" in name else 0.0)


def _check_layer(layer: object) -> None:
    if not isinstance(layer, nn.RNN | nn.LSTM | nn.GRU):
        raise TypeError(f"layer must be an nn.RNN, nn.LSTM or nn.GRU, got {kind_of(layer)}.")
