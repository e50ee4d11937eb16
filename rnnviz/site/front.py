"""The front page: the moving picture, a gallery of stills, and the way to every chapter."""

import html
from collections.abc import Iterator, Sequence

from rnnviz.i18n import t
from rnnviz.site.reading import Chapter

__all__ = ["front_page"]

_COMMAND = "pip install 'rnnviz[chapters]' && rnnviz lab"


def front_page(chapters: Sequence[Chapter], stills: Sequence[str]) -> str:
    """Return the front page in MyST: of chapters that have a page, and the names of those with a still."""
    return "\n".join(_lines(chapters, stills))


def _lines(chapters: Sequence[Chapter], stills: Sequence[str]) -> Iterator[str]:
    words = html.escape(t("site.picture"), quote=True)
    yield f"# {t('site.title')}\n"
    yield f'<img class="rv-moving" src="_static/forget-bias.webp" alt="{words}" width="1280" height="720">\n'
    yield f"**{t('site.lead')}**\n"
    yield f"{t('site.here')}\n"
    yield f"```sh\n{_COMMAND}\n```\n"
    if chapters:
        first = html.escape(t("site.first", chapter=chapters[0].title))
        yield f'<p><a class="rv-first" href="{chapters[0].name}.html">{first}</a></p>\n'
    yield f"## {t('site.gallery')}\n"
    yield f'<div class="rv-gallery">{"".join(_tile(one, one.name in stills) for one in chapters)}</div>\n'
    yield f"```{{toctree}}\n:hidden:\n:caption: {t('site.chapters')}\n"
    yield from (chapter.name for chapter in chapters)
    yield f"```\n\n```{{toctree}}\n:hidden:\n:caption: {t('site.reference')}\n\nreference/index\n```"


def _tile(chapter: Chapter, still: bool) -> str:
    """A chapter's picture, title and question; without an empty line, which would end the markup."""
    title, question = html.escape(chapter.title), html.escape(chapter.question)
    picture = f'<img src="_static/gallery/{chapter.name}.png" alt="" loading="lazy">' if still else ""
    return f'<a href="{chapter.name}.html">{picture}<strong>{title}</strong><span>{question}</span></a>'
