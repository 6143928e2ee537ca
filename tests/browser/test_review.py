"""Review in a real Chromium, at desktop and phone width: read, corrected by hand, and nothing wider than the phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from ingest.models import Article, Correction, Evidence, Proposal
from tests.browser.test_pages import OUTSIDE_THEIR_CARD, WIDTHS, Tab, chromium, pytestmark, site  # noqa: F401
from tests.ingest.reviewing import Read, item, name_in, read, source, told

TITLE = "Quagga Cloud and Groq may host Qwen3.5-397B-A17B-Instruct-with-a-very-long-name-that-cannot-be-broken-anywhere"
MADE = "https://review.example/feed"


@pytest.fixture(scope="module", autouse=True)
def beside_the_browser() -> Iterator[None]:
    """Playwright runs an event loop in this thread; Django would refuse its database there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def asked(site: str, django_db_blocker: Any) -> Iterator[Proposal]:  # noqa: F811
    """Questions of every kind, and an account; gone afterwards, as the database is the whole suite's."""
    with django_db_blocker.unblock():
        feed = source(url=MADE, publisher="Review Daily")
        says = Read(
            (told("availability", 0.42, "groq host", "qwen model"), told("partnership", 0.8, "groq partner")),
            companies=("groq",),
            mentions=(name_in(TITLE, "Groq", slug="groq"),),
            doubtful=(name_in(TITLE, "Quagga", slug="meta"),),
            unknown=(name_in(TITLE, "Quagga Cloud", looks_like="company"),),
        )
        revision = read(item(TITLE, summary="A summary that says more. " * 20, feed=feed), says)
        yield Proposal.objects.get(kind="event", revision=revision)
        Correction.objects.all().delete()
        Proposal.objects.filter(kind__in=("event", "mention", "name")).delete()
        Evidence.objects.filter(locator=revision.locator, kind="event").delete()
        revision.delete()
        Article.objects.filter(source=feed).delete()
        feed.delete()
        User.objects.all().delete()


def cookie(base: str) -> dict[str, str]:
    """Of somebody of staff who has logged in."""
    client = Client()
    client.force_login(User.objects.get_or_create(username="ann", defaults={"is_staff": True})[0])
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value, "url": base}


@pytest.fixture(params=WIDTHS)
def tab(request: pytest.FixtureRequest, chromium: Any, site: str, asked: Proposal) -> Iterator[Tab]:  # noqa: F811
    tab = Tab(chromium, *WIDTHS[request.param])
    tab.page.context.add_cookies([cookie(site)])
    yield tab
    tab.page.close()


def fits(tab: Tab) -> None:
    assert tab.complaints == []
    assert tab.ask("document.documentElement.scrollWidth <= window.innerWidth")
    assert tab.ask(f"{OUTSIDE_THEIR_CARD}.map(element => element.outerHTML.slice(0, 80))") == []


def test_every_page_of_review_opens_without_complaint_and_fits_the_width(tab: Tab, site: str, asked: Proposal) -> None:  # noqa: F811
    kinds = {p.kind: p.pk for p in Proposal.objects.order_by("pk")}
    assert set(kinds) == {"event", "mention", "name", "offering"}
    for address in ("/review/", "/review/history/", *(f"/review/{pk}/" for pk in kinds.values())):
        assert tab.open(site + address) == 200, address
        fits(tab)


def test_a_text_is_corrected_by_hand(tab: Tab, site: str, asked: Proposal) -> None:  # noqa: F811
    Correction.objects.all().delete()
    Proposal.objects.filter(pk=asked.pk).update(state="open")
    tab.open(f"{site}/review/?kind=event")
    tab.page.click(f"a[href='/review/{asked.pk}/']")
    tab.page.uncheck("input[name=type][value=partnership]")
    tab.page.select_option("select[name=status-availability]", "announced")
    row = tab.page.locator("input[list=participants][value='']").first
    row.fill("nobody")
    tab.page.click("text=Correct it")
    assert "partnership" in tab.page.inner_text("[role=alert]")
    assert "Nothing was stored" in tab.page.inner_text("[role=alert]")
    assert [c for c in tab.complaints if "400" not in c] == []  # Chromium reports the status itself
    tab.complaints.clear()
    fits(tab)
    assert not Correction.objects.exists()
    for slug in tab.page.locator("input[list=participants]").all():
        if slug.input_value() in ("nobody",):
            slug.fill("cerebras")
    tab.page.check("input[name=type][value=partnership]")
    tab.page.click("text=Correct it")
    tab.page.wait_for_url("**/review/?kind=event")
    assert "Corrected" in tab.page.inner_text("[role=status]")
    assert Correction.objects.get().what["events"][0]["status"] == "announced"
    fits(tab)
