"""Where everything stands in the drawing of a cell: gates with numbers, operations, arrows; left to right is time."""

from dataclasses import dataclass

__all__ = ["GATE", "HEIGHT", "STRETCH", "WIDTH", "Path", "Plan", "Spot", "plan"]

WIDTH, HEIGHT = 264, 174
GATE = (46, 34)  # width and height of a box with a gate's letter and its number
STRETCH = (23, 203)  # a wider column widens what lies between: left of it nothing moves, right of it all by the same
_LEFT, _MIDDLE, _RIGHT = 23, 113, 203
_STATES, _LOWER, _TOP, _BUS, _WORDS = 32, 76, 104, 151, 169  # the states' line, products, the gates' upper edge, input


@dataclass(frozen=True)
class Spot:
    """Something that stands at a place.

    Parameters
    ----------
    kind : str
        ``gate`` (a box), ``op`` (a sign in a circle), ``tag`` (a function), ``dot``, ``through`` (the whole cell), or
        words with a number: ``start``, ``middle``, ``end`` as they stand to the place, ``below`` with it underneath.
    name : str
        Of what.
    x, y : float
        The middle of a shape, the baseline of words.
    """

    kind: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Path:
    """An arrow: an SVG path of M, H and V, where numbers flow forward, or ``back`` where gradients do; or a mere line.

    A place may be followed by a distance that no wider column changes: ``"H113-8"``.
    """

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
    """Return where the parts of a cell of this kind stand: on its way forward, or on the gradient's way back.

    >>> any(path.back for path in plan("gru", gradient=True).paths)
    True
    """
    if gradient:
        return _back(cell=kind == "lstm")
    return _FORWARD[kind]


def _spots(kind: str, *places: tuple[str, float, float]) -> tuple[Spot, ...]:
    return tuple(Spot(kind, *place) for place in places)


def _flows(*paths: str, back: bool = False) -> tuple[Path, ...]:
    return tuple(Path(d, back=back) for d in paths)


def _lines(*paths: str) -> tuple[Path, ...]:
    return tuple(Path(d, headless=True) for d in paths)


def _reads(*xs: float) -> tuple[Path, ...]:
    """The line from the input to every gate, and its arrows up."""
    return (*_lines(f"M{min(xs)} {_BUS} H{max(xs)}"), *_flows(*(f"M{x} {_BUS} V{_TOP + GATE[1]}" for x in xs)))


_GATE_Y = _TOP + GATE[1] / 2

_RNN = Plan(
    HEIGHT,
    (
        *_spots("gate", ("part_input", _LEFT, _GATE_Y), ("part_state", _MIDDLE, _GATE_Y)),
        *_spots("gate", ("part_bias", _RIGHT, _GATE_Y)),
        *_spots("op", ("+", _MIDDLE, 66)),
        *_spots("tag", ("function_h", 168, _STATES)),
        *_spots("start", ("total", 122, 50), ("x", 0, _WORDS)),
        *_spots("end", ("h", WIDTH, 12)),
    ),
    (
        *_flows(f"M{_LEFT} {_TOP} V66 H{_MIDDLE}-8", f"M{_MIDDLE} {_TOP} V74", f"M{_RIGHT} {_TOP} V66 H{_MIDDLE}+8"),
        *_flows(f"M{_MIDDLE} 58 V{_STATES} H{WIDTH}"),
        *_reads(_LEFT, _MIDDLE),
    ),
)

_LSTM = Plan(
    HEIGHT,
    (
        *_spots("gate", ("f", 23, _GATE_Y), ("i", 83, _GATE_Y), ("g", 143, _GATE_Y), ("o", 203, _GATE_Y)),
        *_spots("op", ("×", 23, _STATES), ("+", 113, _STATES), ("×", 113, _LOWER), ("×", 203, _LOWER)),
        *_spots("tag", ("tanh", 203, 53.5)),
        *_spots("dot", ("", 203, _STATES)),
        *_spots("start", ("c_before", 0, 12), ("written", 120, 61), ("x", 0, _WORDS)),
        *_spots("middle", ("kept", 68, 26)),
        *_spots("end", ("c", WIDTH, 12)),
        *_spots("below", ("h", WIDTH, 91)),
    ),
    (
        *_flows(f"M0 {_STATES} H{WIDTH}", "M23 104 V40", f"M83 104 V{_LOWER} H113-8", f"M143 104 V{_LOWER} H113+8"),
        *_flows("M113 68 V40", f"M203 {_STATES} V68", "M203 104 V84", f"M203+8 {_LOWER} H{WIDTH}"),
        *_reads(23, 83, 143, 203),
    ),
)

_GRU = Plan(
    HEIGHT,
    (
        *_spots("gate", ("z", _LEFT, _GATE_Y), ("r", _MIDDLE, _GATE_Y), ("n", _RIGHT, _GATE_Y)),
        *_spots("op", ("×", _LEFT, _STATES), ("+", _RIGHT, _STATES), ("×", _RIGHT, _LOWER), ("×", 158, _GATE_Y)),
        *_spots("tag", ("1−", 90, _LOWER)),
        *_spots("dot", ("", _LEFT, _LOWER), ("", 158, _BUS)),
        *_spots("start", ("h_before", 0, 12), ("x", 0, _WORDS)),
        *_spots("middle", ("kept", _MIDDLE, 26), ("new_share", 148, 71)),
        *_spots("end", ("h", WIDTH, 12)),
        *_spots("below", ("written", WIDTH, 52)),
    ),
    (
        *_flows(f"M0 {_STATES} H{WIDTH}", f"M{_LEFT} {_TOP} V40", f"M{_RIGHT} {_TOP} V84", f"M{_RIGHT} 68 V40"),
        *_flows(f"M{_LEFT} {_LOWER} H{_RIGHT}-8", f"M{_MIDDLE} {_GATE_Y} H158-8", f"M158 {_GATE_Y} H{_RIGHT}-23"),
        *_flows(f"M158 {_BUS} V{_GATE_Y + 8}"),
        *_reads(_LEFT, _MIDDLE, _RIGHT),
    ),
)

_FORWARD = {"rnn": _RNN, "lstm": _LSTM, "gru": _GRU}


def _back(*, cell: bool) -> Plan:
    """The gradient's way, right to left: at h_t and, for an LSTM, below it at c_t."""
    lower = 130
    spots = (
        *_spots("start", ("onward_h", 0, 12)),
        *_spots("end", ("later_h", WIDTH, 12)),
        *_spots("below", ("total_h", 196, 50), ("direct_h", WIDTH, 63)),
        *_spots("op", ("+", _RIGHT, _STATES)),
        *_spots("through", ("", 62, _STATES)),
    )
    ways = [f"M{WIDTH} {_STATES} H{_RIGHT}+8", f"M{_RIGHT} 54 V40", f"M{_RIGHT}-8 {_STATES} H0"]
    if not cell:
        return Plan(84, spots, _flows(*ways, back=True))
    spots += (
        *_spots("start", ("onward_c", 0, lower + 22), ("direct_c", _MIDDLE + 8, 92)),
        *_spots("below", ("total_c", _MIDDLE - 7, lower - 27)),
        *_spots("end", ("later_c", WIDTH, lower - 20)),
        *_spots("op", ("+", _MIDDLE, lower)),
        *_spots("tag", ("f_t", 56, lower)),
    )
    ways += [f"M{WIDTH} {lower} H{_MIDDLE}+8", f"M{_MIDDLE} {_STATES} V{lower - 8}", f"M{_MIDDLE}-8 {lower} H0"]
    return Plan(160, spots, _flows(*ways, back=True))
