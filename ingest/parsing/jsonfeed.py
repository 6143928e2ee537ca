"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

from __future__ import annotations

import json
from typing import Any

from ingest.parsing.entries import Document, Draft, FeedError, Limits, Rejected, beyond_limit

VERSIONS = {"https://jsonfeed.org/version/1": "json1", "https://jsonfeed.org/version/1.1": "json11"}


def looks_like_json(body: bytes) -> bool:
    """Whether a document starts as a JSON object or array does."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_json_feed(body: bytes, limits: Limits) -> Document:
    """The feed as stated. Raises ``FeedError`` for broken JSON and for JSON that is no feed."""
    data = _load(body)
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(version, str) or not version.startswith("https://jsonfeed.org/version/"):
        raise FeedError("json", "is JSON, but not a JSON Feed")
    items = data.get("items")
    if not isinstance(items, list):
        raise FeedError("json", "is a JSON Feed without a list of items")
    readable = [(place, item) for place, item in enumerate(items[: limits.entries]) if isinstance(item, dict)]
    return Document(
        VERSIONS.get(version, "json"),
        title=_text(data, "title"),
        site_url=_text(data, "home_page_url"),
        self_url=_text(data, "feed_url"),
        drafts=[_draft(f"/items/{place}", item, limits) for place, item in readable],
        rejections=_rejections(items, limits),
        truncated=len(items) > limits.entries,
    )


def _load(body: bytes) -> Any:
    try:
        return json.loads(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    except (ValueError, RecursionError) as fault:
        raise FeedError("broken", f"is broken JSON: {' '.join(str(fault).split())[:200]}") from None


def _rejections(items: list[Any], limits: Limits) -> list[Rejected]:
    odd = [
        Rejected(f"/items/{place}", "is not a JSON object", _excerpt(item, limits))
        for place, item in enumerate(items[: limits.entries])
        if not isinstance(item, dict)
    ]
    left_out = len(items) - limits.entries
    return [*odd, beyond_limit(f"/items/{limits.entries}", left_out, limits)] if left_out > 0 else odd


def _draft(locator: str, item: dict[str, Any], limits: Limits) -> Draft:
    summary, text = _text(item, "summary"), _text(item, "content_text")
    markup = _text(item, "content_html")
    return Draft(
        locator,
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        title=_text(item, "title"),
        title_is_html=False,
        summary=summary or text or markup,
        summary_is_html=not (summary or text),
        author=", ".join(_authors(item)),
        date=_text(item, "date_published") or _text(item, "date_modified"),
        categories=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        excerpt=_excerpt(item, limits),
    )


def _authors(item: dict[str, Any]) -> list[str]:
    people = [*_list(item, "authors"), item.get("author")]
    return [name for person in people if isinstance(person, dict) and (name := _text(person, "name"))]


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _text(item: dict[str, Any], name: str) -> str:
    """A text member; a number, as some feeds give for ids, is written as such."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _excerpt(item: Any, limits: Limits) -> str:
    return json.dumps(item, ensure_ascii=True)[: limits.excerpt]
