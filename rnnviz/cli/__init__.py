"""The ``rnnviz`` command: lab, demo, chapters, progress, class, data, doctor, bench, site."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnviz import __version__
from rnnviz.i18n import t

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one ``rnnviz`` command.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``rnnviz``; those of the process when left out.

    Returns
    -------
    int
        The exit code: 0 when all is well, 1 when ``doctor`` found a problem or ``data`` could not fetch a set, 2 when
        the command could not be carried out; ``lab`` and ``demo`` pass on their server's own.

    Raises
    ------
    SystemExit
        If the words make no sense (code 2), or were ``--help`` or ``--version`` (code 0).

    Examples
    --------
    >>> main(["lab", "--port", "eighty"])
    Traceback (most recent call last):
    SystemExit: 2
    """
    words, passed_on = _split(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    options, unknown = parser.parse_known_args(words)
    if options.command == "bench":
        return _bench([*unknown, *passed_on])
    if unknown:
        parser.error(t("cli.unknown", words=" ".join(unknown)))
    if options.command == "doctor":
        from rnnviz.cli import doctor

        return doctor.main(as_json=options.json)
    if options.command == "data":
        from rnnviz.cli import data

        return data.listing() if options.verb == "list" else data.fetch(options.names)
    if options.command == "site":
        from rnnviz.cli import site

        return site.make(
            options.out,
            chapters=options.chapters,
            replays=options.replays,
            stored=options.stored,
            keep=options.keep,
        )
    if options.command in {"progress", "chapters"}:
        from rnnviz.cli import progress

        if options.command == "progress":
            return progress.progress(options.folder, as_json=options.json)
        return progress.reset(options.chapter, options.directory)
    if options.command == "class":
        from rnnviz.cli import classroom

        return classroom.report(options.folder, options.out)
    if options.command == "demo":
        from rnnviz.cli import demo

        return demo.main(task=options.task, cell=options.cell, browser=not options.no_browser, port=options.port)
    from rnnviz.cli import lab

    return lab.main(options.directory, browser=not options.no_browser, port=options.port, passed_on=passed_on)


def _split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Divide the words at the first ``--``, which argparse treats differently from one Python to the next."""
    if "--" not in words:
        return list(words), []
    cut = list(words).index("--")
    return list(words[:cut]), list(words[cut + 1 :])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rnnviz", description=t("cli.about"), allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"rnnviz {__version__}")
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="lab | demo | chapters | progress | class | data | doctor | bench | site",
    )
    lab = commands.add_parser(
        "lab", help=t("cli.lab.about"), description=t("cli.lab.about"), epilog=t("cli.lab.more"), allow_abbrev=False
    )
    _add_folder(lab, "directory", "DIR", t("cli.lab.directory.help"))
    _add_server(lab)
    _add_demo(commands)
    _add_chapters(commands)
    progress = commands.add_parser(
        "progress", help=t("cli.progress.about"), description=t("cli.progress.about"), allow_abbrev=False
    )
    _add_folder(progress, "folder", "FOLDER", t("cli.progress.folder.help"))
    progress.add_argument("--json", action="store_true", help=t("cli.doctor.json.help"))
    _add_class(commands)
    _add_data(commands)
    doctor = commands.add_parser(
        "doctor", help=t("cli.doctor.about"), description=t("cli.doctor.about"), allow_abbrev=False
    )
    doctor.add_argument("--json", action="store_true", help=t("cli.doctor.json.help"))
    _add_site(commands)
    commands.add_parser("bench", help=t("cli.bench.about"), add_help=False, allow_abbrev=False)
    return parser


def _add_demo(commands: Any) -> None:
    about = t("cli.demo.about")
    demo = commands.add_parser("demo", help=about, description=about, allow_abbrev=False)
    demo.add_argument("--task", metavar="NAME", default="adding", help=t("cli.demo.task.help"))
    demo.add_argument("--cell", metavar="NAME", default="lstm", help=t("cli.demo.cell.help"))
    _add_server(demo)


def _add_server(command: argparse.ArgumentParser) -> None:
    command.add_argument("--no-browser", action="store_true", help=t("cli.lab.no_browser.help"))
    command.add_argument("--port", metavar="N", type=_port, help=t("cli.lab.port.help"))


def _add_chapters(commands: Any) -> None:
    about = t("cli.chapters.about")
    chapters = commands.add_parser("chapters", help=about, description=about, allow_abbrev=False)
    verbs = chapters.add_subparsers(dest="verb", required=True, metavar="reset")
    about = t("cli.chapters.reset.about")
    reset = verbs.add_parser("reset", help=about, description=about, allow_abbrev=False)
    reset.add_argument("chapter", metavar="CHAPTER", help=t("cli.chapters.reset.chapter.help"))
    _add_folder(reset, "directory", "DIR", t("cli.lab.directory.help"))


def _add_class(commands: Any) -> None:
    about = t("cli.class.about")
    school = commands.add_parser("class", help=about, description=about, allow_abbrev=False)
    verbs = school.add_subparsers(dest="verb", required=True, metavar="report")
    about = t("cli.class.report.about")
    report = verbs.add_parser("report", help=about, description=about, allow_abbrev=False)
    report.add_argument("folder", metavar="DIR", type=Path, help=t("cli.class.report.folder.help"))
    report.add_argument("--out", metavar="FILE", type=Path, help=t("cli.class.report.out.help"))


def _add_data(commands: Any) -> None:
    about = t("cli.data.about")
    data = commands.add_parser("data", help=about, description=about, allow_abbrev=False)
    verbs = data.add_subparsers(dest="verb", required=True, metavar="list | get")
    about = t("cli.data.list.about")
    verbs.add_parser("list", help=about, description=about, allow_abbrev=False)
    about = t("cli.data.get.about")
    get = verbs.add_parser("get", help=about, description=about, allow_abbrev=False)
    get.add_argument("names", metavar="NAME", nargs="+", help=t("cli.data.get.names.help"))


def _add_site(commands: Any) -> None:
    about, more = t("cli.site.about"), t("cli.site.more")
    site = commands.add_parser("site", help=about, description=about, epilog=more, allow_abbrev=False)
    site.add_argument("out", metavar="OUT", type=Path, help=t("cli.site.out.help"))
    site.add_argument("--chapters", metavar="00,03", help=t("cli.site.chapters.help"))
    site.add_argument("--replays", metavar="00,03", help=t("cli.site.replays.help"))
    site.add_argument("--stored", action="store_true", help=t("cli.site.stored.help"))
    site.add_argument("--keep", metavar="FOLDER", type=Path, help=t("cli.site.keep.help"))


def _add_folder(command: argparse.ArgumentParser, name: str, shown: str, about: str) -> None:
    command.add_argument(name, metavar=shown, nargs="?", type=Path, default="rnnviz-chapters", help=about)


def _port(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 65535:
        raise argparse.ArgumentTypeError(t("cli.lab.port.expected", word=word))
    return int(word)


def _bench(words: list[str]) -> int:
    from rnnviz.bench import main as bench

    return bench(words)
