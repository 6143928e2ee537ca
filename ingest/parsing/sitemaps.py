"""News sitemaps (sitemaps.org 0.9 with the ``news`` extension): pages of the last two days with title and date."""

from __future__ import annotations

from xml.parsers import expat

from ingest.parsing.entries import Document, Draft, FeedError, Limits, beyond_limit

NEWS = "http://www.google.com/schemas/sitemap-news/"
LONGEST = 10_000  # characters of one text


class _Pages:
    """Expat's handlers: ``loc`` and ``lastmod`` of each ``url``, and what its ``news:news`` says."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.drafts: list[Draft] = []
        self.pages = self.left_out = 0
        self.publication = ""
        self.path: list[str] = []
        self.texts: dict[str, str] = {}
        self.is_news = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _plain_name(name)
        if name == "url":
            self.texts, self.is_news = {}, False
        self.is_news = self.is_news or name == "news:news"
        self.path.append(name)

    def text(self, data: str) -> None:
        name = self.path[-1] if self.path else ""
        if len(before := self.texts.get(name, "")) < LONGEST:
            self.texts[name] = before + data

    def end(self, name: str) -> None:
        if self.path.pop() != "url":
            return
        self.pages += 1
        if self.is_news and len(self.drafts) < self.limits.entries:
            self.drafts.append(self._draft())
            self.publication = self.publication or self._stated("news:name")
        else:
            self.left_out += self.is_news

    def _stated(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def _draft(self) -> Draft:
        return Draft(
            f"url[{self.pages}]",
            link=self._stated("loc"),
            title=self._stated("news:title"),
            date=self._stated("news:publication_date") or self._stated("lastmod"),
            categories=tuple(word.strip() for word in self._stated("news:keywords").split(",") if word.strip()),
            excerpt=" ".join(filter(None, (self._stated("loc"), self._stated("news:title"))))[: self.limits.excerpt],
        )


def _plain_name(name: str) -> str:
    """``loc`` or ``news:title`` for a name with its namespace before it."""
    space, _, local = name.rpartition(" ")
    return f"news:{local}" if space.startswith(NEWS) else local


def read_sitemap(text: bytes, limits: Limits) -> Document:
    """The news in a well-formed ``urlset``; pages without a ``news:news`` are none. Raises ``FeedError``."""
    pages = _Pages(limits)
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = pages.start, pages.end
    parser.CharacterDataHandler = pages.text
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise FeedError("xml", f"is a sitemap (<urlset>), but not well-formed: {error}") from None
    if not pages.drafts:
        raise FeedError("xml", f"is a sitemap (<urlset>) of {pages.pages:,} pages, none of them news")
    left_out = [beyond_limit(f"news[{limits.entries + 1}]", pages.left_out, limits)] if pages.left_out else []
    return Document(
        "sitemap-news",
        title=pages.publication,
        drafts=pages.drafts,
        rejections=left_out,
        truncated=pages.left_out > 0,
    )
