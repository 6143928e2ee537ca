"""What may be done with the words of others: shown here, given away by the API and in bulk, and who is to be named."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.models import Article, Source

UNSTATED = "not stated: the publisher's own terms"


def may_show(source: Source) -> bool:
    """Whether an extract of the summary may be shown on a page and in a mail; title, link and date always may."""
    return source.may_show_summary and not source.tdm_reserved


def redistributed(source: Source, summary: str) -> str | None:
    """The summary where it may be given away, else None."""
    return summary if source.may_redistribute_summary and not source.tdm_reserved else None


def licence_of(source: Source) -> str:
    return source.licence or UNSTATED


def attribution_of(article: Article) -> str:
    """Who is to be named where the article's row is shown: publisher, relay and address."""
    source = article.source
    relay = f" by way of {source.relay}" if source.relay else ""
    return f"{source.publisher or source.name}{relay}, {article.url or source.url}"


def each_once(words: Iterable[str]) -> str:
    """Several terms or names as one text, in their order."""
    return "; ".join(dict.fromkeys(words))
