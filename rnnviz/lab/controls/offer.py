"""Offer: which knobs a lab shows at first sight, which under “More”."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rnnviz.training import LIVE, STRUCTURAL, Preset, Settings
from rnnviz.views import Focus

__all__ = ["GROUPS", "Offer", "offer_of"]

GROUPS = {"training": LIVE, "model": STRUCTURAL, "shown": tuple(Focus.__dataclass_fields__)}
_EVERY = tuple(name for names in GROUPS.values() for name in names)
_USUAL = ("lr", "clip", "cell", "hidden_size", "forget_bias")
# what a task is about comes first; five at most, so that nobody has to search
_FIRST = {
    "temporal-order": ("forget_bias", "lr", "clip", "seq_len", "cell"),
    "copy-memory": ("forget_bias", "lr", "clip", "seq_len", "cell"),
    "adding": ("lr", "clip", "seq_len", "cell", "hidden_size"),
    "python-tokens": ("lr", "clip", "cell", "hidden_size", "bidirectional"),
}
_DECODING = ("lr", "teacher_forcing", "cell", "hidden_size", "bidirectional")  # of encoder and decoder
_COMPARED = ("lr", "clip", "hidden_size", "seq_len")


@dataclass(frozen=True)
class Offer:
    """Names of settings and of selectors, each once.

    Parameters
    ----------
    first : tuple of str
        Those at first sight, in reading order.
    more : tuple of str
        Those that unfold.
    presets : callable, optional
        Returns the presets at the head, for settings that may have changed since; always as many.
    """

    first: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    presets: Callable[[Settings], tuple[Preset, ...]] | None = None


def offer_of(
    task: str,
    settings: Settings,
    show: Sequence[str] | None,
    *,
    barred: Collection[str] = (),
    several: bool = False,
    decodes: bool = False,
) -> Offer:
    """Return what to offer for a task, by name: what somebody asked to ``show`` and no more, else what is usual.

    Settings that are ``barred`` cannot be followed here; ``several`` models are compared; a model that ``decodes`` has
    a decoder, which may read its own words.

    >>> offer_of("sunspots", Settings(), None).first
    ('lr', 'clip', 'cell', 'hidden_size', 'forget_bias')
    >>> offer_of("sunspots", Settings(cell="rnn"), None).first[-1]
    'rho'
    """
    barred = {*barred, *([] if decodes else ["teacher_forcing"])}
    if show is not None:
        return Offer(tuple(dict.fromkeys(name for name in show if name in _EVERY and name not in barred)))
    usual: tuple[str, ...] = _COMPARED if several else _FIRST.get(task, _DECODING if decodes else _USUAL)
    if settings.cell == "rnn":  # without a gate, what decides how long it remembers is the matrix
        usual = tuple("rho" if name == "forget_bias" else name for name in usual)
    first = tuple(name for name in usual if name not in barred)
    return Offer(first, tuple(name for name in _EVERY if name not in first and name not in barred))
