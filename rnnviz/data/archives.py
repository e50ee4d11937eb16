"""The table of the sets: which archive holds each, which file of it is taken, and what both must be, byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rnnviz.checks import listed, shown
from rnnviz.i18n import t

__all__ = ["ARCHIVES", "Archive", "known"]


@dataclass(frozen=True)
class Archive:
    """One data set inside the source archive of a package.

    Attributes
    ----------
    name : str
        What the set is called here.
    package, version, file : str
        The package in the index, its version, and the name of its source archive.
    size : int
        Bytes of that archive: what is fetched.
    sha256 : str
        Of that archive, in hexadecimal.
    members : tuple of str
        The file that is taken, as the archive names it; before it the archives inside the archive that hold it.
    kept_as : str
        The file's name in the cache.
    kept_size : int
        Bytes of that file.
    kept_sha256 : str
        Of that file, in hexadecimal.

    Examples
    --------
    >>> print(ARCHIVES["addresses"].licence)
    MIT licence, © 2014 The Atlanta Journal Constitution
    """

    name: str
    package: str
    version: str
    file: str
    size: int
    sha256: str
    members: tuple[str, ...]
    kept_as: str
    kept_size: int
    kept_sha256: str

    @property
    def what(self) -> str:
        """One line on what the set holds."""
        return t(f"data.{self.name}.what")

    @property
    def licence(self) -> str:
        """Under which licence, whose, and what to cite."""
        return t(f"data.{self.name}.licence")

    @property
    def fetched(self) -> str:
        """How much is fetched, as a person reads it."""
        return t("data.size", megabytes=self.size / 1e6)


ARCHIVES: Mapping[str, Archive] = MappingProxyType(
    {
        one.name: one
        for one in (
            Archive(
                name="reviews",
                package="vaderSentiment",
                version="3.3.2",
                file="vaderSentiment-3.3.2.tar.gz",
                size=2_466_783,
                sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
                members=(
                    "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz",
                    "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
                ),
                kept_as="reviews-3.3.2.txt",
                kept_size=1_383_098,
                kept_sha256="c8293b0d942e90e223ea2c0955d969040d1a1be514a978b9af0698940bd13350",
            ),
            Archive(
                name="addresses",
                package="usaddress",
                version="0.5.16",
                file="usaddress-0.5.16.tar.gz",
                size=914_927,
                sha256="f7e614e2489c159cf85be1b6f86edbfaf329dbeedef4d002a025757afd1ec6c6",
                members=("usaddress-0.5.16/training/labeled.xml",),
                kept_as="addresses-0.5.16.xml",
                kept_size=428_370,
                kept_sha256="dbd125fa01fbdbc4e25cce722c648ce4e224e4c9bdb9b5a14498aa8a042aee32",
            ),
        )
    }
)


def known(name: object) -> Archive:
    """Return the set called ``name``; a ValueError lists those that there are."""
    if not isinstance(name, str) or name not in ARCHIVES:
        raise ValueError(t("data.unknown", name=shown(name), names=listed(ARCHIVES)))
    return ARCHIVES[name]
