"""Scores of translations: BLEU, and how good a translator is by the length of the source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from rnnviz.checks import brief, kind_of, shown, whole
from rnnviz.models import Seq2Seq
from rnnviz.tasks.pairs.pairs import Pairs

__all__ = ["Translations", "bleu", "by_length", "translations"]

_CHUNK = 512
_SPARE = 5  # tokens that a translation may be longer than the longest target


@dataclass(frozen=True)
class Translations:
    """What a network makes of the held-out sources, written greedily.

    Parameters
    ----------
    sources, written, wanted : tuple of str
        Texts: what was read, what the network wrote, what is right.
    lengths : tuple of int
        Tokens of each source.
    """

    sources: tuple[str, ...]
    written: tuple[str, ...]
    wanted: tuple[str, ...]
    lengths: tuple[int, ...]

    __repr__ = brief

    @property
    def exact(self) -> tuple[bool, ...]:
        """Whether each one is right to the last token."""
        return tuple(one == other for one, other in zip(self.written, self.wanted, strict=True))

    @property
    def exact_match(self) -> float:
        """The share that is right to the last token."""
        return sum(self.exact) / len(self.exact)


def translations(task: Pairs, model: nn.Module) -> Translations:
    """Translate all held-out sources greedily, in eval mode; the model's mode is put back.

    Parameters
    ----------
    task : Pairs
        Where the sources come from.
    model : Seq2Seq
        Of the task's vocabularies.
    """
    if not isinstance(task, Pairs):
        raise TypeError(f"task must be a task of pairs, such as rv.tasks.make('dates'), got {kind_of(task)}.")
    if not isinstance(model, Seq2Seq):
        raise TypeError(f"model must be an rnnviz.models.Seq2Seq, got {kind_of(model)}.")
    held_out, trains = task.held_out(), model.training
    device = next(model.parameters()).device
    written: list[str] = []
    model.eval()
    try:
        for start in range(0, len(held_out), _CHUNK):
            source, lengths, _ = held_out[start : start + _CHUNK].to(device).arguments
            written += task.written(model.greedy(source, lengths, task.target_len + _SPARE).tokens)
    finally:
        model.train(trains)
    pairs = task.held_out_pairs
    wanted = task.written(torch.where(held_out.targets < 0, 0, held_out.targets))
    # a target that holds an unknown token cannot be written: what is wanted is the text as it came
    wanted = [text if "<UNK>" not in text else pair[1] for text, pair in zip(wanted, pairs, strict=True)]
    counts = tuple(held_out.arguments[1].tolist())
    return Translations(tuple(one for one, _ in pairs), tuple(written), tuple(wanted), counts)


def bleu(written: Sequence[str], wanted: Sequence[str], *, tokenize: str = "zh") -> float:
    """Return the corpus BLEU, 0 to 100, as sacrebleu works it out (Post 2018).

    Parameters
    ----------
    written, wanted : sequence of str
        As many of each.
    tokenize : str
        sacrebleu's tokeniser: ``"zh"`` takes Chinese apart character by character, ``"13a"`` is the usual one of
        European languages, ``"char"`` takes everything apart.

    Raises
    ------
    ModuleNotFoundError
        If sacrebleu is not installed.

    Examples
    --------
    >>> round(bleu(["打开新的笔记本"], ["打开新的笔记本"]), 1)
    100.0
    """
    for name, texts in (("written", written), ("wanted", wanted)):
        if isinstance(texts, str) or not isinstance(texts, Sequence) or not all(isinstance(one, str) for one in texts):
            raise TypeError(f"{name} must be a list of texts, got {shown(texts)}.")
    if len(written) != len(wanted) or not written:
        raise ValueError(
            f"wanted must hold one text for each of {len(written)} written, 1 at least, got {len(wanted)}."
        )
    try:
        import sacrebleu
    except ModuleNotFoundError:
        raise ModuleNotFoundError("BLEU needs sacrebleu; run: pip install sacrebleu", name="sacrebleu") from None
    found: Any = sacrebleu.corpus_bleu(list(written), [list(wanted)], tokenize=tokenize)
    return float(found.score)


def by_length(found: Translations, bins: int = 4, *, tokenize: str = "zh") -> list[tuple[str, int, float, float]]:
    """Return exact match and BLEU in bins of source length that hold about as many sources each.

    Parameters
    ----------
    found : Translations
        As `translations` returns them.
    bins : int
        How many.
    tokenize : str
        As for `bleu`.

    Returns
    -------
    list of (str, int, float, float)
        For each bin its lengths, such as ``"8–12"``, how many sources it holds, exact match and BLEU.
    """
    bins = whole(1, 1000)("bins", bins)
    if not isinstance(found, Translations):
        raise TypeError(f"found must be Translations, as translations(task, model) returns them, got {kind_of(found)}.")
    order = sorted(range(len(found.lengths)), key=lambda one: found.lengths[one])
    edges = [found.lengths[order[len(order) * place // bins]] for place in range(1, bins)]
    rows: list[tuple[str, int, float, float]] = []
    for low, high in zip([0, *edges], [*edges, max(found.lengths) + 1], strict=True):
        chosen = [one for one in order if low <= found.lengths[one] < high]
        if chosen:
            written, wanted = [found.written[one] for one in chosen], [found.wanted[one] for one in chosen]
            right = sum(found.exact[one] for one in chosen) / len(chosen)
            name = f"{found.lengths[chosen[0]]}–{found.lengths[chosen[-1]]}"
            rows.append((name, len(chosen), right, bleu(written, wanted, tokenize=tokenize)))
    return rows
