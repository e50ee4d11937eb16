"""A cache of each test's own, so that none reads or writes that of the person who runs them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import rnnviz.data.archives
from rnnviz.data.archives import Archive


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder where sets are kept, which is not there yet."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "home" / name))
    return tmp_path / "home" / "rnnviz"


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Callable[[Archive, str], None]:
    """Let the set "addresses" be this entry, and the index be at that address."""

    def offer(archive: Archive, address: str) -> None:
        monkeypatch.setattr(rnnviz.data.archives, "ARCHIVES", {"addresses": archive})
        monkeypatch.setenv("PIP_INDEX_URL", address)
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)

    return offer
