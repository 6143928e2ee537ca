"""What a hostile feed left after our parser, shown as the pages show it, in a real Chromium: nothing of it runs.

The page is served without a Content-Security-Policy, so that it is the cleaning that is tested.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Engine

from ingest.parsing.entries import Entry, ParsedFeed
from tests.browser.payloads import links, markup
from tests.browser.test_pages import CHROMIUM, chromium, pytestmark  # noqa: F401
from tests.ingest.samples import atom, item, outcome, parse, rss
from tests.ingest.web import Web, running_web

SHARED = Path(os.environ.get("TESSERA_SHARED", Path(__file__).parents[2] / ".." / "shared"))
CANARY = "<script>window.runs = []; function ran() { runs.push(document.title + ' ' + runs.length) }</script>"
# Titles, texts and links stand in the pages as here: escaped by the template engine, links in an href of their own.
PAGE = Engine().from_string(
    """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Cleaned</title>{{ canary }}</head><body>
{% for feed in feeds %}<h1>{{ feed.title }}</h1>{% if feed.site_url %}<a href="{{ feed.site_url }}">site</a>{% endif %}
<ul>{% for entry in feed.entries %}<li>{% if entry.url %}<a href="{{ entry.url }}" rel="nofollow noopener">
{{ entry.title }}</a>{% else %}{{ entry.title }}{% endif %} <span>{{ entry.author }}</span> <br><span class="small">
{{ entry.summary }}</span>{% for name in entry.categories %}<span class="tag" title="{{ name }}">{{ name }}</span>
{% endfor %}</li>{% endfor %}{% for rejected in feed.rejections %}<li><code>{{ rejected.excerpt }}</code>
{{ rejected.reason }}</li>{% endfor %}</ul>{% endfor %}</body></html>"""
)
TOUCH = """() => {
  window.addEventListener('click', e => { if (/^https?:$/.test(e.target.closest('a')?.protocol)) e.preventDefault() })
  for (const element of document.querySelectorAll('body *'))
    for (const kind of ['mouseover', 'pointerenter', 'focus', 'click', 'wheel', 'toggle', 'animationstart', 'error'])
      element.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}))
}"""
ELEMENTS_IN = """texts => texts.filter(text => {
  const found = new DOMParser().parseFromString('<!DOCTYPE html><body>' + text, 'text/html')
  return found.querySelector('head *, body *') || [...found.body.attributes].length
})"""


@pytest.fixture
def web() -> Iterator[Web]:
    with running_web() as server:
        yield server


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def in_cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def documents_of(payload: str) -> list[str]:
    """The payload in every place of an entry, in the ways in which RSS and Atom write it."""
    one = item(1, title=in_cdata(payload), description=escaped(payload), author=in_cdata(payload))
    two = item(2, title=escaped(payload), description=in_cdata(f"<p>news</p>{payload}"), guid=escaped(payload))
    names = f"<category>{in_cdata(payload)}</category><category>{escaped(escaped(payload))}</category>"
    name = f'<category term="{escaped(payload)}"/>'
    kinds = [
        f"<id>{kind}{escaped(payload)}</id><link href='https://site.example/'/><title type='{kind}'>{escaped(payload)}"
        f"</title><summary type='{kind}'>a {escaped(payload)}</summary>{name}"
        for kind in ("html", "text", "xhtml")
    ]
    head = f"<title>{escaped(payload)}</title><link>https://site.example/</link>"
    return [rss(one + names, two, head=head), atom(*kinds), rss(f"<title>x</title><guid>1</guid><d>{payload}</d>")]


def documents_of_link(link: str) -> list[str]:
    head = f"<title>x</title><link>{escaped(link)}</link>"
    return [
        rss(item(1, link=in_cdata(link)), item(2, link="", guid=escaped(link)), head=head),
        atom(f'<id>1</id><title>x</title><link href="{escaped(link)}"/>'),
        atom('<id>1</id><title>x</title><link href="x"/>', attributes=f'xml:base="{escaped(link)}"'),
    ]


def read(documents: list[str] | list[bytes]) -> list[ParsedFeed]:
    found = [outcome(lambda document=document: parse(document)) for document in documents]
    return [feed for feed in found if isinstance(feed, ParsedFeed)]


def hostile_documents() -> list[bytes]:
    archive = SHARED / "hostile" / "feedparser_sanitize.tar.gz"
    if not archive.exists():
        pytest.skip(f"needs the captured data: {archive.name} is not there (TESSERA_SHARED)")
    with tarfile.open(archive) as opened:
        bodies = [opened.extractfile(member).read() for member in opened if member.isfile()]
    linked = [b.replace(b"<item>", b"<item><link>https://s.example/1</link>") for b in bodies]
    return [b.replace(b"<entry>", b"<entry><id>1</id><link href='https://s.example/1'/>") for b in linked]


def texts_of(entry: Entry) -> list[str]:
    return [entry.title, entry.summary, entry.author, *entry.categories]


class Watched:
    """A page of which everything is known that a script could have done."""

    def __init__(self, browser: Any, web: Web) -> None:
        self.web, self.page = web, browser.new_page()
        self.done: list[str] = []
        self.page.on("dialog", lambda dialog: (self.done.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("console", lambda message: self.done.append(f"console {message.text}"))
        self.page.on("pageerror", lambda error: self.done.append(f"error {error}"))
        self.page.on("popup", lambda popup: self.done.append(f"popup {popup.url}"))
        self.page.on("framenavigated", lambda frame: self.done.append(f"went to {frame.url}"))
        self.page.route("**/*", self._let_through)

    def _let_through(self, route: Any) -> None:
        if route.request.url.startswith(self.web.url("/page")):
            route.continue_()
        else:
            self.done.append(f"asked for {route.request.url}")
            route.abort()

    def show(self, html: str, wait: int = 200) -> list[str]:
        """What happened when the page was opened, pointed at and clicked on, beside its own loading."""
        address = self.web.serve(html.encode(), path="/page", Content_Type="text/html; charset=utf-8")
        self.page.goto(address)
        self.page.evaluate(TOUCH)
        self.page.wait_for_timeout(wait)
        self.done += [f"ran {run}" for run in self.page.evaluate("window.runs || ['left the page']")]
        return [event for event in self.done if event != f"went to {address}"]


def assert_that_nothing_runs(browser: Any, web: Web, feeds: list[ParsedFeed]) -> None:
    watched = Watched(browser, web)
    shown = PAGE.render(Context({"feeds": feeds, "canary": ""})).replace("<title>Cleaned", f"{CANARY}<title>Cleaned")
    assert watched.show(shown) == []
    schemes = watched.page.evaluate("[...new Set([...document.links].map(link => link.protocol))]")
    assert set(schemes) <= {"http:", "https:"}
    # Even where somebody forgot to escape them, what is stored are texts: a browser makes no element of any.
    texts = sorted({text for feed in feeds for entry in feed.entries for text in texts_of(entry)})
    assert watched.page.evaluate(ELEMENTS_IN, texts) == []
    watched.page.close()


def test_the_payloads_would_run_here(chromium: Any, web: Web) -> None:  # noqa: F811
    """The test of the test: as they are, many of them run, and that is seen."""
    watched = Watched(chromium, web)
    quiet = [text for text in markup() if "javascript:" not in text and "refresh" not in text and "<base" not in text]
    runs = sum(bool(watched.show(f"<!DOCTYPE html>{CANARY}<body>{payload}", 40)) for payload in quiet[20:50])
    watched.page.close()
    assert runs > 15


def test_of_every_payload_nothing_runs(chromium: Any, web: Web) -> None:  # noqa: F811
    payloads = markup()
    assert len(payloads) > 150
    feeds = read([document for payload in payloads for document in documents_of(payload)])
    assert sum(len(feed.entries) for feed in feeds) > 2 * len(payloads)
    assert_that_nothing_runs(chromium, web, feeds)


def test_no_link_leads_to_a_script(chromium: Any, web: Web) -> None:  # noqa: F811
    feeds = read([document for link in links() for document in documents_of_link(link)])
    assert len(feeds) > len(links())
    assert_that_nothing_runs(chromium, web, feeds)


def test_of_every_hostile_document_nothing_runs(chromium: Any, web: Web) -> None:  # noqa: F811
    feeds = read(hostile_documents())
    assert sum(len(feed.entries) for feed in feeds) > 150
    assert_that_nothing_runs(chromium, web, feeds)
