"""The one line above the pictures: what somebody is told stands there, and what can be pressed is called once."""

from rnnviz.lab.controls.line import Line
from tests.lab.browser import Browser, LabMaker


def press(line: Line, count: int) -> None:
    line._handle_custom_msg({"pressed": count}, [])


def test_what_is_told_is_written_with_its_number_and_what_can_be_pressed() -> None:
    line = Line()
    line.say("A new model.", "Step 0", link=("Undo", lambda: None))
    assert line.told == {"words": "A new model.", "number": "Step 0", "link": "Undo", "count": 1}
    line.say("Look at the gates.")
    assert line.told == {"words": "Look at the gates.", "number": "", "link": "", "count": 2}


def test_a_link_is_called_once_and_not_after_its_sentence_has_gone() -> None:
    line, called = Line(), []
    line.say("One.", link=("Undo", lambda: called.append("one")))
    press(line, 1)
    press(line, 1)
    assert called == ["one"]
    line.say("Two.", link=("Undo", lambda: called.append("two")))
    line.say("Three.")
    press(line, 2)
    press(line, 3)
    assert called == ["one"]


def test_in_a_lab_only_the_thread_that_draws_writes_the_line(make_lab: LabMaker) -> None:
    browser = Browser(make_lab())
    browser.catch_up()
    line = browser.screen.panel.line
    browser.screen.pump.close()
    line.say("Look at the gates.")
    assert line.told == {}
    line.write()
    assert line.told["words"] == "Look at the gates."


def test_a_lab_without_insights_has_a_line_all_the_same(make_lab: LabMaker) -> None:
    browser = Browser(make_lab(show=["lr"]))
    browser.screen.panel.line.say("Look at the gates.")
    browser.catch_up()
    assert browser.screen.panel.line.told["words"] == "Look at the gates."
