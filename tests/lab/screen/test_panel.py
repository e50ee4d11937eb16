"""The panel's status line and the words for a loss."""

import math

from rnnviz.lab.screen.panel import loss_words, status_words


def test_a_loss_has_four_digits_and_a_dash_where_there_is_none_yet() -> None:
    assert (loss_words(0.123456), loss_words(math.nan)) == ("0.1235", "–")


def test_a_status_line_is_text_and_never_markup() -> None:
    assert status_words("<b>a & b</b>", failed=True) == '<span class="rv-failed">&lt;b&gt;a &amp; b&lt;/b&gt;</span>'
