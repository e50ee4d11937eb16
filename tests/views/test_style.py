"""Words in a picture: drawn as they are, marked in a colour that reads, visible where a token would be blank."""

from rnnviz.views.style import plain, visible, with_mark


def test_words_that_came_with_the_data_are_no_markup() -> None:
    assert plain("<b>bold</b> & more") == "&lt;b&gt;bold&lt;/b&gt; &amp; more"


def test_the_mark_has_the_colour_of_the_line_and_the_words_do_not() -> None:
    assert with_mark("gru", "#d9722c", "■") == '<span style="color:#d9722c">■</span> <b>gru</b>'


def test_the_end_of_a_line_and_a_tabulator_can_be_seen() -> None:
    assert [visible(token) for token in ("\n", "\t", "\r", "x")] == ["↵", "→", "←", "x"]
