"""Quality by the length of the source: a line through the mean of the seeds, and a dot for each."""

import numpy as np
import pytest

from rnnviz.views import quality_by_length

BINS = ["1 to 2", "3 to 4"]


def test_the_line_is_the_mean_over_seeds_and_every_seed_is_a_dot() -> None:
    data = quality_by_length(BINS, {"with": [[0.9, 0.7], [0.7, 0.1]]}, title="exact match").data
    np.testing.assert_allclose(data[0].y, [0.8, 0.4])
    assert list(zip(data[1].x, data[1].y, strict=True)) == [
        ("1 to 2", 0.9),
        ("3 to 4", 0.7),
        ("1 to 2", 0.7),
        ("3 to 4", 0.1),
    ]


def test_two_networks_differ_in_glyph_as_well_as_in_colour() -> None:
    data = quality_by_length(BINS, {"with": [[1, 1]], "without": [[0, 0]]}, title="BLEU").data
    assert data[0].marker.symbol != data[2].marker.symbol
    assert data[0].line.color != data[2].line.color


def test_the_vertical_axis_says_what_is_scored() -> None:
    assert quality_by_length(BINS, {"with": [[1, 1]]}, title="BLEU").layout.yaxis.title.text == "BLEU"


def test_scores_that_do_not_fit_the_bins_are_refused() -> None:
    with pytest.raises(ValueError, match=r"scores of 'with' must have axes \(seed, bin\), 2 bins, got shape \(2,\)"):
        quality_by_length(BINS, {"with": [1.0, 2.0]}, title="BLEU")
    with pytest.raises(ValueError, match="at most 4 networks, got 5"):
        quality_by_length(BINS, {str(name): [[1, 1]] for name in range(5)}, title="BLEU")
