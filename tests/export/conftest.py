"""The Python in which the tests here run what was written out."""

from collections.abc import Iterator

import pytest

from tests.export.programs import Run, copies


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    with copies() as started:
        yield started
