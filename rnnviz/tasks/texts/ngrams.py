"""The bag of n-grams: a linear rule that counts short pieces of a text, and may well win."""

import importlib
import weakref
from typing import Any

from rnnviz.tasks.texts.texts import Texts

__all__ = ["ngram_baseline", "ngram_model"]

_FITTED: "weakref.WeakKeyDictionary[Texts, Any]" = weakref.WeakKeyDictionary()


def ngram_model(task: Texts) -> Any:
    """Return a scikit-learn pipeline fitted on the task's training texts: tf-idf of n-grams, logistic regression.

    Characters by ones to fours where the task reads characters, words by ones and twos where it reads words. It is
    fitted once a task, which takes some seconds.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.
    """
    if task not in _FITTED:
        try:
            # only here: no other part of the package needs it
            text = importlib.import_module("sklearn.feature_extraction.text")
            linear, pipeline = (importlib.import_module(f"sklearn.{name}") for name in ("linear_model", "pipeline"))
        except ModuleNotFoundError:
            raise ModuleNotFoundError(
                "the n-gram baseline needs scikit-learn, which is missing; run: pip install scikit-learn",
                name="sklearn",
            ) from None
        pieces = ("char", (1, 4)) if task.level == "char" else ("word", (1, 2))
        counts = text.TfidfVectorizer(analyzer=pieces[0], ngram_range=pieces[1], sublinear_tf=True)
        model = pipeline.make_pipeline(counts, linear.LogisticRegression(C=10, max_iter=1000))
        _FITTED[task] = model.fit(*task.texts(held_out=False))
    return _FITTED[task]


def ngram_baseline(task: Texts) -> float:
    """Return the share of held-out texts that a bag of n-grams gets right; see `ngram_model`."""
    return float(ngram_model(task).score(*task.texts(held_out=True)))
