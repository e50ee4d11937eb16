"""Whatever comes to a public door: it is let in, or one short sentence names the argument; nothing else, and soon."""

import contextlib
import io
import os
import random
import re
import signal
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rnnviz
from tests.doornames import NO_DOORS, public, reached
from tests.doors import Door, doors
from tests.hostile import VALUES

pytestmark = pytest.mark.usefixtures("empty_registry")
PACKAGE = str(Path(rnnviz.__file__).parent)
CALLS = int(os.environ.get("RNNVIZ_CALLS", "3000"))  # 0: every argument of every door with every hostile value
SECONDS = 20.0
# what Python says of its own accord where nobody has looked at an argument
INTERPRETER = (
    *("unsupported operand", "not supported between", "object is not iterable", "has no len", "unexpected keyword"),
    *("object is not subscriptable", "object is not callable", "unhashable type", "has no attribute"),
)
KINDS = (TypeError, ValueError, KeyError, OSError, MemoryError)


class TooSlow(BaseException):
    """No answer."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def calls(known: dict[str, Door], seed: int, count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield doors, every one as often as another, and the names of hostile values for one or two arguments."""
    chance = random.Random(seed)
    for number in range(count):
        name = list(known)[number % len(known)]
        arguments = chance.sample(list(known[name].good), min(len(known[name].good), chance.choice((1, 1, 1, 2))))
        yield (
            name,
            {
                argument: chance.choice([one for one in VALUES if one not in known[name].allowed])
                for argument in arguments
            },
        )


def named(name: str, words: str) -> bool:
    """Whether a name stands in a sentence by itself, and not inside another word as ``n`` in ``name``."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) is not None


def judged(door: Door, hostile: dict[str, str]) -> str | None:
    """Call, and return what is wrong about the answer, None where nothing is."""
    given = {name: VALUES[hostile[name]]() if name in hostile else value for name, value in door.good.items()}
    try:
        with at_most(SECONDS), contextlib.redirect_stdout(io.StringIO()):
            door.call(**given)
    except KINDS as error:
        words = str(error)
        names = [one for name in hostile for one in (name, *door.said.get(name, ()))]
        last = traceback.extract_tb(error.__traceback__)[-1]
        if not last.filename.startswith(PACKAGE):
            return f"raw {type(error).__name__} from {Path(last.filename).name}:{last.lineno}: {words[:200]}"
        if phrase := next((one for one in INTERPRETER if one in words), None):
            return f"the interpreter's {phrase!r} in {last.name}: {words[:200]}"
        if not any(named(name, words) for name in names):
            return f"names none of {names}: {type(error).__name__} in {last.name}: {words[:200]}"
        if len(words) > 1200:
            return f"echoes {len(words)} characters: {words[:200]}"
        if " at 0x" in words:
            return f"shows an address: {words[:200]}"
    except TooSlow:
        return "no answer"
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"raw {type(error).__name__} from {Path(last.filename).name}:{last.lineno}: {str(error)[:200]}"
    return None


def every(known: dict[str, Door]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every argument of every door with every hostile value."""
    for name, door in known.items():
        for argument in door.good:
            yield from ((name, {argument: value}) for value in VALUES if value not in door.allowed)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Door]:
    return doors(tmp_path_factory.mktemp("doors"))


@pytest.mark.timeout(max(120, CALLS) if CALLS else 3600)
def test_every_door_takes_what_it_is_given_or_says_in_a_sentence_what_it_wants(
    known: dict[str, Door], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong: list[Any] = []
    for name, hostile in calls(known, 0, CALLS) if CALLS else every(known):
        verdict = judged(known[name], hostile)
        if verdict is not None:
            wrong.append((name, hostile, verdict))
    assert wrong == []


def test_every_door_opens_to_good_arguments(known: dict[str, Door], tmp_path: Path) -> None:
    assert {name: judged(door, {}) for name, door in known.items()} == dict.fromkeys(known)


def test_a_name_is_a_word_by_itself() -> None:
    assert named("n", "n must be a whole number")
    assert named("schedule", "'schedule' must be one of constant, cosine")
    assert not named("n", "name must be words")
    assert not named("lr", "the color must be one of red, blurred")


def test_every_public_name_that_takes_an_argument_has_its_door(known: dict[str, Door]) -> None:
    taken: dict[str, set[str]] = {}
    for name, door in known.items():
        taken.setdefault(reached(name), set()).update(door.good)
    without = {name: arguments - taken.get(name, set()) for name, arguments in public().items()}
    closed = {name for name, arguments in without.items() if arguments or name not in taken}
    assert closed == set(NO_DOORS)
