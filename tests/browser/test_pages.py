"""Every page in a real Chromium, at desktop and phone width: no error in its console, nothing wider than the phone."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
PAGES = (
    "/",
    "/companies/",
    "/companies/?sort=-infrastructure&region=us",
    "/companies/?as_of=2020-01-01",
    "/companies/amazon/",
    "/companies/amazon/scores/compatibility/",
    "/companies/amazon/scores/infrastructure/",
    "/companies/amazon/scores/compatibility/labs_served/",
    "/compare/?company=amazon&company=nvidia",
    "/models/",
    "/models/moonshot/kimi-k2.6/",
    "/labs/openai/",
    "/platforms/amazon-bedrock/",
    "/stories/",
    "/search/?q=qwen",
    "/sources/",
    "/methodology/",
    "/api/",
    "/digest/",
)

PICTURES_ARE_THERE = """Promise.all([...document.images].filter(image => !image.complete).map(
    image => new Promise(resolve => { image.onload = image.onerror = resolve })))"""
OUTSIDE_THEIR_CARD = """[...document.querySelectorAll('.card *:not(.sr, .sr *, pre *)')].filter(element =>
    element.getBoundingClientRect().right > element.closest('.card').getBoundingClientRect().right + 1)"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a server on the suite's database, which it only reads: nothing is flushed afterwards."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

    with django_db_blocker.unblock():
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, connections_override={})
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        server.server_close()
        thread.join()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright may still run its event loop in this thread
            connections.close_all()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Tab:
    """A page of the browser that remembers what its console complained about."""

    def __init__(self, browser: Any, width: int, height: int, scheme: str = "light") -> None:
        self.complaints: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, address: str) -> int:
        """The answer's status, once all that the page refers to is there."""
        response = self.page.goto(address)
        self.page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        self.page.evaluate(PICTURES_ARE_THERE)  # no page has a script that would ask for more
        assert response is not None
        status: int = response.status
        return status

    def ask(self, script: str) -> Any:
        return self.page.evaluate(script)


@pytest.fixture(scope="module", params=WIDTHS)
def tab(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Tab]:
    tab = Tab(chromium, *WIDTHS[request.param])
    yield tab
    tab.page.close()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_without_complaint_and_fits_the_width(tab: Tab, site: str, address: str) -> None:
    tab.complaints.clear()
    assert tab.open(site + address) == 200
    assert tab.complaints == []
    assert tab.ask("document.documentElement.scrollWidth <= window.innerWidth")
    assert tab.ask(f"{OUTSIDE_THEIR_CARD}.map(element => element.outerHTML.slice(0, 80))") == []
    assert tab.ask("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert tab.ask("getComputedStyle(document.body).margin") == "0px"  # our style sheet was let in


def test_evidence_and_source_are_two_clicks_from_the_company(tab: Tab, site: str) -> None:
    tab.open(f"{site}/companies/amazon/")
    tab.page.click("text=How this score was made >> nth=0")
    tab.page.click("#labs_served summary")
    tab.page.click("#labs_served li a >> nth=0")
    tab.page.wait_for_url("**/evidence/ev_*/")
    assert tab.page.get_attribute("dd a[rel~=nofollow]", "href").startswith("https://")


def test_a_column_sorts_by_its_head_and_the_filter_keeps_the_day(tab: Tab, site: str) -> None:
    tab.open(f"{site}/companies/?as_of=2026-05-31")
    tab.page.click("thead >> text=Scale")
    tab.page.wait_for_url("**sort=-scale**")
    tab.page.select_option("select[name=region]", "china")
    tab.page.click("text=Filter")
    tab.page.wait_for_url("**region=china**")
    assert "as_of=2026-05-31" in tab.page.url
    assert "sort=-scale" in tab.page.url
    assert "31 May 2026" in tab.page.inner_text(".day")


def test_dark_mode_is_dark(chromium: Any, site: str) -> None:
    tab = Tab(chromium, 1280, 900, scheme="dark")
    tab.open(f"{site}/companies/amazon/")
    assert tab.complaints == []
    assert "-dark-" in tab.ask("document.querySelector('figure img').currentSrc")
    red, green, blue = tab.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(red, green, blue) < 64
    tab.page.close()


def test_the_keyboard_reaches_the_content_first(chromium: Any, site: str) -> None:
    tab = Tab(chromium, 1280, 900)
    tab.open(f"{site}/companies/")
    tab.page.keyboard.press("Tab")
    assert tab.ask("document.activeElement.getAttribute('href')") == "#main"
    tab.page.close()
