"""Split: which texts are held out, the same whatever their order and whichever Python runs; twins stay together."""

import hashlib
import unicodedata
from collections.abc import Callable, Sequence

from rnnviz.tasks.texts.vocabulary import letters

__all__ = ["bare", "held_out"]


def bare(text: str) -> str:
    """Return the letters and digits of a text in lower case, without accents: texts that agree in these are twins.

    >>> bare("Ó Sé!"), bare("o'sé"), bare("🎉 🎉")
    ('ose', 'ose', '🎉🎉')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(one for one in plain if one.isalnum())
    return kept or "".join(one for one in letters(text) if not one.isspace())


def held_out(
    texts: Sequence[str], labels: Sequence[int], share: float, key: Callable[[str], str] = bare
) -> tuple[bool, ...]:
    """Return for each text whether it is held out: the share of each class that was asked for, as near as twins allow.

    Which ones is drawn by a hash of the text itself. A class of a single text, or of one and its twins, is trained on.

    Parameters
    ----------
    texts, labels : sequence
        As many of each; labels are the numbers of classes.
    share : float
        Of each class, above 0 and below 1.
    key : callable
        Texts of which it returns the same are twins, and come to lie on one side.
    """
    twins: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        twins.setdefault(key(text), []).append(row)
    classes: dict[int, list[str]] = {}
    for name, rows in twins.items():
        classes.setdefault(labels[rows[0]], []).append(name)
    chosen = [False] * len(texts)
    for names in classes.values():
        names.sort(key=_drawn)
        wanted = max(1.0, share * sum(len(twins[name]) for name in names))
        taken = 0
        for name in names[:-1]:  # something is left to learn from
            if taken + 0.5 >= wanted:
                break
            taken += len(twins[name])
            for row in twins[name]:
                chosen[row] = True
    return tuple(chosen)


def _drawn(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
