"""The equations of recurrent cells, as a learner would write them: what you read here is what a trace replays.

Conventions are torch's: the rows of ``W_ih`` and ``W_hh`` stack the gates in the order i f g o (LSTM) or r z n (GRU);
in the GRU ``r`` acts after the matrix product and ``z`` means keep. Other books differ.

Every function broadcasts: ``x`` (…, feature), ``h`` and ``c`` (…, unit) may be one timestep or all of them at once;
``W_ih`` has axes (gate·unit, feature), ``W_hh`` (gate·unit, unit); the biases ``b_ih`` and ``b_hh``, which may be left
out, (gate·unit,). ``nonlinearity`` is ``"tanh"`` or ``"relu"``.
Chapters print the functions, so each has one line of words and no more.

Examples
--------
>>> gates = lstm_gates(torch.zeros(2, 3), torch.zeros(2, 5), W_ih=torch.zeros(20, 3), W_hh=torch.zeros(20, 5))
>>> gates.f.shape, float(gates.f[0, 0])
(torch.Size([2, 5]), 0.5)
>>> shut, wide = torch.zeros(1), torch.ones(1)
>>> h, c = lstm_state(LSTMGates(i=shut, f=wide, g=wide, o=shut), c=torch.tensor([7.0]))
>>> float(h), float(c)  # kept, and not shown
(0.0, 7.0)
>>> gru_state(GRUGates(r=wide, z=shut, n=wide), h=torch.tensor([7.0]))  # z means keep
tensor([1.])
"""

from typing import Any, NamedTuple, Self, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from rnnviz.checks import kind_of, shown
from rnnviz.limits import affordable, sizes

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "GRUGates",
    "LSTMGates",
    "gru_gates",
    "gru_state",
    "lstm_gates",
    "lstm_state",
    "rnn_step",
    "weighted_sum",
]

State: TypeAlias = Tensor | tuple[Tensor, Tensor]


class LSTMGates(NamedTuple):
    """Gates of an LSTM: input `i`, forget `f`, candidate `g` (−1…1), output `o`; the others are 0…1."""

    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor


class GRUGates(NamedTuple):
    """Gates of a GRU: reset `r`, keep `z` (both 0…1) and candidate `n` (−1…1)."""

    r: Tensor
    z: Tensor
    n: Tensor


def weighted_sum(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """W_ih x_t + b_ih + W_hh h_{t-1} + b_hh: what the nonlinearities of a step are applied to."""
    b = b_ih if b_ih is None or b_hh is None else b_ih + b_hh
    return linear(torch.cat([x, h], dim=-1), torch.cat([W_ih, W_hh], dim=-1), b)  # one product is faster than two


def rnn_step(
    x: Tensor,
    h: Tensor,
    W_ih: Tensor,
    W_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
    nonlinearity: str = "tanh",
) -> Tensor:
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu in place of tanh (Elman 1990)."""
    a = weighted_sum(x, h, W_ih, W_hh, b_ih, b_hh)
    return torch.relu(a) if nonlinearity == "relu" else torch.tanh(a)


def lstm_gates(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> LSTMGates:
    """Gates of an LSTM from the input and the state before the step (Hochreiter & Schmidhuber 1997, Gers 2000)."""
    i, f, g, o = weighted_sum(x, h, W_ih, W_hh, b_ih, b_hh).chunk(4, dim=-1)
    return LSTMGates(i=torch.sigmoid(i), f=torch.sigmoid(f), g=torch.tanh(g), o=torch.sigmoid(o))


def lstm_state(gates: LSTMGates, c: Tensor, W_hr: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """h_t and c_t of an LSTM from its gates and c_{t-1}: c_t = f c_{t-1} + i g, h_t = o tanh(c_t).

    With `W_hr` (torch's ``proj_size``) h_t = W_hr (o tanh(c_t)).
    """
    c = gates.f * c + gates.i * gates.g
    h = gates.o * torch.tanh(c)
    return (h if W_hr is None else linear(h, W_hr)), c


def gru_gates(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> GRUGates:
    """Gates of a GRU from the input and the state before the step: z keeps, r acts after the matrix.

    So torch has it, and the first version of Cho et al. 2014; their third has r before the matrix.
    """
    x_r, x_z, x_n = linear(x, W_ih, b_ih).chunk(3, dim=-1)
    h_r, h_z, h_n = linear(h, W_hh, b_hh).chunk(3, dim=-1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    return GRUGates(r=r, z=z, n=torch.tanh(x_n + r * h_n))


def gru_state(gates: GRUGates, h: Tensor) -> Tensor:
    """h_t of a GRU from its gates and h_{t-1}: h_t = (1 − z) n + z h_{t-1}."""
    return (1 - gates.z) * gates.n + gates.z * h


class RNN(nn.Module):
    """A plain recurrent layer, one timestep after the other.

    Parameters
    ----------
    input_size, hidden_size : int
        Features of the input, units of the state.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, or the weights would take more memory than there is for one model.

    Examples
    --------
    >>> layer = RNN(3, 5)
    >>> output, h = layer(torch.zeros(2, 7, 3))
    >>> output.shape, h.shape
    (torch.Size([2, 7, 5]), torch.Size([2, 5]))
    """

    n_gates = 1
    fused: type[nn.RNN | nn.LSTM | nn.GRU] = nn.RNN

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        input_size, hidden_size = sizes(input_size=input_size, hidden_size=hidden_size)
        weights = self.n_gates * hidden_size * (hidden_size + input_size)
        affordable("the layer", weights, hidden_size=hidden_size, input_size=input_size)
        bound = hidden_size**-0.5
        rows = self.n_gates * hidden_size
        self.input_size, self.hidden_size = input_size, hidden_size
        self.W_ih = nn.Parameter(torch.empty(rows, input_size).uniform_(-bound, bound))
        self.W_hh = nn.Parameter(torch.empty(rows, hidden_size).uniform_(-bound, bound))
        self.b_ih = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))
        self.b_hh = nn.Parameter(torch.empty(rows).uniform_(-bound, bound))

    @classmethod
    def from_torch(cls, layer: nn.RNNBase) -> Self:
        """Copy the weights of a one-layer, one-direction torch layer of the same kind.

        Raises
        ------
        TypeError
            If `layer` is of another kind.
        ValueError
            If it has several layers, two directions, a projection, no bias, or relu in place of tanh.
        """
        if not isinstance(layer, cls.fused):
            raise TypeError(f"layer must be an nn.{cls.fused.__name__}, got {kind_of(layer)}.")
        plain = cls.fused(layer.input_size, layer.hidden_size)
        wanted = {name: value.shape for name, value in plain.named_parameters()}
        if {name: value.shape for name, value in layer.named_parameters()} != wanted or layer.mode != plain.mode:
            raise ValueError(
                f"layer must be a plain {plain} (one layer, one direction, with bias), got {shown(str(layer), 200)}."
            )
        ours = cls(layer.input_size, layer.hidden_size).to(layer.weight_ih_l0)  # type: ignore[arg-type]
        with torch.no_grad():
            for mine, theirs in zip(ours.parameters(), layer.parameters(), strict=True):
                mine.copy_(theirs)
        return ours

    def start(self, x: Tensor) -> State:
        """Return the state before the first step of `x` (batch, time, feature): zeros, axes (batch, unit)."""
        return x.new_zeros(x.shape[0], self.hidden_size)

    def step(self, x: Tensor, state: State) -> State:
        """Return the state after one timestep: `x` has axes (batch, feature), `state` (batch, unit)."""
        assert isinstance(state, Tensor)
        return rnn_step(x, state, self.W_ih, self.W_hh, self.b_ih, self.b_hh)

    def _check_inputs(self, x: Any) -> None:
        if not isinstance(x, Tensor) or not x.is_floating_point():
            raise TypeError(f"x must be a torch.Tensor of floating-point numbers, got {_came(x)}.")
        if x.dim() != 3 or x.shape[2] != self.input_size or not x.shape[1]:
            raise ValueError(f"x must have axes (batch, time, {self.input_size}), got shape {tuple(x.shape)}.")
        if x.dtype != self.W_ih.dtype or x.device != self.W_ih.device:
            raise TypeError(
                f"x must be {self.W_ih.dtype} on {self.W_ih.device}, as the weights are, got {x.dtype} on {x.device}."
            )

    def _checked_state(self, x: Tensor, state: Any) -> State:
        """Return a state that has as many parts as this layer's own, each with axes (batch, unit)."""
        wanted = self.start(x)
        parts, own = (((one,) if isinstance(one, Tensor) else one) for one in (state, wanted))
        if not isinstance(parts, tuple | list) or len(parts) != len(own):
            raise TypeError(
                f"state must be {'a tensor' if len(own) == 1 else 'two tensors (h, c)'}, got {_came(state)}."
            )
        for part, like in zip(parts, own, strict=True):
            if not isinstance(part, Tensor) or part.dtype != like.dtype or part.device != like.device:
                raise TypeError(f"state must hold {like.dtype} on {like.device}, as x does, got {_came(part)}.")
            if part.shape != like.shape:
                raise ValueError(
                    f"state must have axes (batch, unit), so {tuple(like.shape)}, got shape {tuple(part.shape)}."
                )
        return parts[0] if isinstance(wanted, Tensor) else (parts[0], parts[1])

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Run a sequence; return every hidden state (batch, time, unit) and the last state, formed as ``state``.

        Parameters
        ----------
        x : torch.Tensor
            Axes (batch, time, feature), of the dtype and on the device of the weights.
        state : torch.Tensor or tuple of torch.Tensor, optional
            Before the first step, axes (batch, unit): ``h``, of an LSTM ``(h, c)``; zeros by default.

        Raises
        ------
        TypeError, ValueError
            If ``x`` or ``state`` has other axes, another dtype or another device.
        """
        self._check_inputs(x)
        state = self.start(x) if state is None else self._checked_state(x, state)
        hidden = []
        for x_t in x.unbind(dim=1):
            state = self.step(x_t, state)
            hidden.append(state if isinstance(state, Tensor) else state[0])
        return torch.stack(hidden, dim=1), state


class LSTM(RNN):
    """A long short-term memory layer, one timestep after the other; its state is (h, c).

    Parameters are those of `RNN`.

    Examples
    --------
    >>> output, (h, c) = LSTM(3, 5)(torch.zeros(2, 7, 3))
    >>> output.shape, c.shape
    (torch.Size([2, 7, 5]), torch.Size([2, 5]))
    """

    n_gates = 4
    fused = nn.LSTM

    def start(self, x: Tensor) -> State:
        """Return the states before the first step of `x` (batch, time, feature): zeros, both (batch, unit)."""
        zeros = x.new_zeros(x.shape[0], self.hidden_size)
        return zeros, zeros

    def step(self, x: Tensor, state: State) -> State:
        """Return the state after one timestep: `x` has axes (batch, feature), `state` is (h, c), each (batch, unit)."""
        h, c = state
        return lstm_state(lstm_gates(x, h, self.W_ih, self.W_hh, self.b_ih, self.b_hh), c)


class GRU(RNN):
    """A gated recurrent unit layer, one timestep after the other.

    Parameters are those of `RNN`.

    Examples
    --------
    >>> theirs = nn.GRU(3, 5, batch_first=True)
    >>> x = torch.ones(2, 7, 3)
    >>> torch.allclose(GRU.from_torch(theirs)(x)[0], theirs(x)[0], atol=1e-6)
    True
    """

    n_gates = 3
    fused = nn.GRU

    def step(self, x: Tensor, state: State) -> State:
        """Return the state after one timestep: `x` has axes (batch, feature), `state` (batch, unit)."""
        assert isinstance(state, Tensor)
        return gru_state(gru_gates(x, state, self.W_ih, self.W_hh, self.b_ih, self.b_hh), state)


def _came(value: Any) -> str:
    return f"a tensor of {value.dtype} on {value.device}" if isinstance(value, Tensor) else kind_of(value)
