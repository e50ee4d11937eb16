"""Where everything stands in the drawing of a cell: chips with numbers, operations, arrows; left to right is time."""

from dataclasses import dataclass

__all__ = ["CHIP", "WIDTH", "Path", "Plan", "Spot", "plan"]

WIDTH = 680
CHIP = (88, 40)  # width and height, in the drawing's units
_LEFT, _RIGHT = 48, 632


@dataclass(frozen=True)
class Spot:
    """Something that stands at a place: ``kind`` is chip, op, tag, dot, or a label: label (centred), start, end."""

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
        *_spots("chip", ("x", _LEFT, 48), ("h_before", _LEFT, 122), ("part_input", 228, 48), ("part_state", 228, 122)),
        *_spots("chip", ("part_bias", 228, 196), ("total", 428, 122), ("h", _RIGHT, 122)),
        *_spots("op", ("+", 330, 122)),
        *_spots("tag", ("W_ih", 132, 48), ("W_hh", 132, 122), ("function_h", 528, 122)),
    ),
    _flows(
        *("M92 48 H110", "M152 48 H182", "M92 122 H110", "M152 122 H182", "M272 48 H330 V108", "M272 122 H316"),
        *("M272 196 H330 V136", "M342 122 H382", "M472 122 H506", "M548 122 H586"),
    ),
)

_LSTM = Plan(
    296,
    (
        *_spots("chip", ("c_before", _LEFT, 46), ("h_before", _LEFT, 206), ("x", _LEFT, 266), ("f", 178, 156)),
        *_spots("chip", ("i", 276, 156), ("g", 374, 156), ("o", 472, 156), ("c", _RIGHT, 46), ("h", _RIGHT, 156)),
        *_spots("op", ("×", 178, 46), ("+", 325, 46), ("×", 325, 100), ("×", 552, 156)),
        *_spots("tag", ("function_f", 178, 203), ("function_i", 276, 203), ("function_g", 374, 203)),
        *_spots("tag", ("function_o", 472, 203), ("tanh", 552, 86)),
        *_spots("label", ("kept", 252, 34)),
        *_spots("start", ("written", 335, 76), ("squashed", 560, 124)),
        *_spots("dot", ("", 552, 46), ("", 110, 236)),
    ),
    (
        *_lines("M92 206 H110 V236", "M92 266 H110 V236"),
        *_flows("M92 46 H164", "M190 46 H311", "M337 46 H586", "M178 136 V60", "M276 136 V100 H311"),
        *_flows("M374 136 V100 H339", "M325 88 V60", "M552 46 V71", "M552 99 V142", "M516 156 H538", "M564 156 H586"),
        *_lines("M110 236 H472"),
        *(Path(f"M{x} 236 V217", headless=True) for x in (178, 276, 374, 472)),
        *(Path(f"M{x} 190 V178") for x in (178, 276, 374, 472)),
    ),
)

_GRU = Plan(
    266,
    (
        *_spots("chip", ("h_before", _LEFT, 46), ("x", _LEFT, 236), ("r", 166, 156), ("n", 352, 156), ("z", 466, 156)),
        *_spots("chip", ("h", _RIGHT, 46)),
        *_spots("op", ("×", 466, 46), ("+", 556, 46), ("×", 556, 104), ("×", 252, 203)),
        *_spots("tag", ("function_r", 166, 203), ("function_n", 352, 203), ("function_z", 466, 203), ("1−", 556, 156)),
        *_spots("label", ("kept", 511, 24), ("reset", 298, 192)),
        *_spots("start", ("written", 566, 80), ("new_share", 566, 134)),
        *_spots("dot", ("", 110, 46), ("", 110, 236)),
    ),
    (
        *_flows("M92 46 H452", "M478 46 H542", "M568 46 H586", "M466 136 V60", "M556 92 V60"),
        *_flows("M352 136 V104 H542", "M510 156 H539", "M556 143 V118", "M210 156 H252 V189", "M264 203 H330"),
        *_lines("M110 46 V236", "M92 236 H466", "M252 236 V215"),
        *(Path(f"M{x} 236 V217", headless=True) for x in (166, 352, 466)),
        *(Path(f"M{x} 190 V178") for x in (166, 352, 466)),
    ),
)

_FORWARD = {"rnn": _RNN, "lstm": _LSTM, "gru": _GRU}


def _back(top: float, *, cell: bool) -> Plan:
    """The gradient's models under a cell, right to left: at h_t and, for an LSTM, at c_t."""
    h, c = top + 40, top + 150
    spots = _spots(
        "chip", ("later_h", _RIGHT, h), ("direct_h", 530, h + 60), ("total_h", 424, h), ("onward_h", _LEFT, h)
    )
    spots += (*_spots("op", ("+", 530, h)), *_spots("through", ("", 236, h)))
    ways = [f"M588 {h} H544", f"M530 {h + 40} V{h + 14}", f"M518 {h} H470", f"M380 {h} H308", f"M166 {h} H94"]
    if cell:
        spots += _spots("chip", ("later_c", _RIGHT, c), ("total_c", 318, c), ("onward_c", _LEFT, c))
        spots += (*_spots("op", ("+", 424, c)), *_spots("end", ("direct_c", 414, (h + c) / 2 + 12)))
        spots += _spots("tag", ("f_t", 183, c))
        ways += [
            f"M282 {c - 20} V{h + 22}",
            f"M588 {c} H438",
            f"M424 {h + 20} V{c - 14}",
            f"M412 {c} H364",
            f"M274 {c} H200",
            f"M168 {c} H94",
        ]
    height = int((c if cell else h + 60) + 30)
    return Plan(height, spots, tuple(Path(d, back=True) for d in ways))
