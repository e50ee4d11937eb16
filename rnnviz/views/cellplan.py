"""Where everything stands in the drawing of a cell: chips with numbers, operations, arrows; left to right is time."""

from dataclasses import dataclass

__all__ = ["CHIP", "WIDTH", "Path", "Plan", "Spot", "plan"]

WIDTH = 820
CHIP = (100, 40)  # pixels, at full width
_LEFT, _RIGHT = 58, 762


@dataclass(frozen=True)
class Spot:
    """Something that stands at a place: ``kind`` is chip, label, start (a label beginning at x), op, tag or dot."""

    kind: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Path:
    """An arrow: an SVG path, solid where numbers flow forward, dashed where gradients flow back; or a mere line."""

    d: str
    back: bool = False
    headless: bool = False


@dataclass(frozen=True)
class Plan:
    """A drawing without its numbers."""

    height: int
    spots: tuple[Spot, ...]
    paths: tuple[Path, ...]


def plan(kind: str, gradient: bool) -> Plan:
    """Return where the parts of a cell stand.

    Parameters
    ----------
    kind : str
        ``"rnn"``, ``"lstm"`` or ``"gru"``.
    gradient : bool
        Whether the gradient's way back is drawn underneath.

    Examples
    --------
    >>> plan("gru", gradient=False).height < plan("gru", gradient=True).height
    True
    """
    forward = _FORWARD[kind]
    if not gradient:
        return forward
    back = _back(forward.height, cell=kind == "lstm")
    return Plan(back.height, (*forward.spots, *back.spots), (*forward.paths, *back.paths))


def _spots(kind: str, *places: tuple[str, float, float]) -> tuple[Spot, ...]:
    return tuple(Spot(kind, *place) for place in places)


def _flows(*paths: str) -> tuple[Path, ...]:
    return tuple(Path(d) for d in paths)


def _lines(*paths: str) -> tuple[Path, ...]:
    return tuple(Path(d, headless=True) for d in paths)


_RNN = Plan(
    244,
    (
        *_spots("chip", ("x", _LEFT, 48), ("h_before", _LEFT, 122), ("part_input", 262, 48), ("part_state", 262, 122)),
        *_spots("chip", ("part_bias", 262, 196), ("total", 494, 122), ("h", _RIGHT, 122)),
        *_spots("op", ("+", 376, 122)),
        *_spots("tag", ("W_ih", 160, 48), ("W_hh", 160, 122), ("function_h", 624, 122)),
    ),
    _flows(
        *("M108 48 H140", "M180 48 H210", "M108 122 H140", "M180 122 H210", "M312 48 H376 V110", "M312 122 H364"),
        *("M312 196 H376 V134", "M388 122 H442", "M544 122 H600", "M648 122 H710"),
    ),
)

_LSTM = Plan(
    296,
    (
        *_spots("chip", ("c_before", _LEFT, 46), ("h_before", _LEFT, 206), ("x", _LEFT, 266), ("f", 226, 156)),
        *_spots("chip", ("i", 356, 156), ("g", 486, 156), ("o", 608, 156), ("c", _RIGHT, 46), ("h", _RIGHT, 156)),
        *_spots("op", ("×", 226, 46), ("+", 421, 46), ("×", 421, 100), ("×", 688, 156)),
        *_spots("tag", ("function_f", 226, 203), ("function_i", 356, 203), ("function_g", 486, 203)),
        *_spots("tag", ("function_o", 608, 203), ("tanh", 688, 92)),
        *_spots("label", ("kept", 322, 34)),
        *_spots("start", ("written", 431, 74), ("squashed", 696, 126)),
        *_spots("dot", ("", 688, 46), ("", 130, 236)),
    ),
    (
        *_lines("M108 206 H130 V236", "M108 266 H130 V236"),
        *_flows("M108 46 H214", "M238 46 H409", "M433 46 H710", "M226 136 V58", "M356 136 V100 H409"),
        *_flows("M486 136 V100 H433", "M421 88 V58", "M688 46 V78", "M688 106 V144", "M658 156 H676", "M700 156 H710"),
        *_lines("M130 236 H608"),
        *(Path(f"M{x} 236 V217", headless=True) for x in (226, 356, 486, 608)),
        *(Path(f"M{x} 189 V178") for x in (226, 356, 486, 608)),
    ),
)

_GRU = Plan(
    266,
    (
        *_spots("chip", ("h_before", _LEFT, 46), ("x", _LEFT, 236), ("r", 196, 156), ("n", 424, 156), ("z", 566, 156)),
        *_spots("chip", ("h", _RIGHT, 46)),
        *_spots("op", ("×", 566, 46), ("+", 672, 46), ("×", 672, 104), ("×", 300, 203)),
        *_spots("tag", ("function_r", 196, 203), ("function_n", 424, 203), ("function_z", 566, 203), ("1−", 672, 156)),
        *_spots("label", ("kept", 619, 34), ("reset", 356, 193)),
        *_spots("start", ("written", 682, 78), ("new_share", 682, 132)),
        *_spots("dot", ("", 130, 46), ("", 130, 236)),
    ),
    (
        *_flows("M108 46 H554", "M578 46 H660", "M684 46 H710", "M566 136 V58", "M672 92 V58"),
        *_flows("M424 136 V104 H660", "M616 156 H656", "M672 140 V116", "M246 156 H300 V191", "M312 203 H400"),
        *_lines("M130 46 V236", "M108 236 H566", "M300 236 V215"),
        *(Path(f"M{x} 236 V217", headless=True) for x in (196, 424, 566)),
        *(Path(f"M{x} 189 V178") for x in (196, 424, 566)),
    ),
)

_FORWARD = {"rnn": _RNN, "lstm": _LSTM, "gru": _GRU}


def _back(top: float, *, cell: bool) -> Plan:
    """The gradient's lanes under a cell, right to left: at h_t and, for an LSTM, at c_t."""
    h, c = top + 40, top + 150
    spots = _spots(
        "chip", ("later_h", _RIGHT, h), ("direct_h", 642, h + 60), ("total_h", 510, h), ("onward_h", _LEFT, h)
    )
    spots += (*_spots("op", ("+", 642, h)), *_spots("through", ("", 284, h)))
    ways = [f"M710 {h} H654", f"M642 {h + 38} V{h + 12}", f"M630 {h} H562", f"M458 {h} H356", f"M212 {h} H110"]
    if cell:
        spots += _spots("chip", ("later_c", _RIGHT, c), ("total_c", 378, c), ("onward_c", _LEFT, c))
        spots += (*_spots("op", ("+", 510, c)), *_spots("start", ("direct_c", 520, (h + c) / 2 + 12)))
        spots += _spots("tag", ("f_t", 240, c))
        ways += [f"M710 {c} H522", f"M510 {h + 22} V{c - 12}", f"M498 {c} H430", f"M326 {c} H256", f"M224 {c} H110"]
    height = int((c if cell else h + 60) + 30)
    return Plan(height, spots, tuple(Path(d, back=True) for d in ways))
