"""Scores with their intervals in a real Chromium: they are drawn, fit a phone, and lead to what moved them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.test_pages import CHROMIUM, OUTSIDE_THEIR_CARD, WIDTHS, Tab, chromium, site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH: apt-get install chromium"),
]
PAGES = (
    "/companies/?sort=-infrastructure_low&group=ai_cloud&sure=1&min_scale=10",
    "/companies/amazon/changes/",
    "/companies/amazon/changes/?kind=infrastructure&from=2026-05-31",
    "/companies/xai/scores/compatibility/",
    "/compare/?company=amazon&company=nebius&company=together&company=microsoft",
)
__all__ = ["chromium", "site"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_scores_open_without_complaint_and_fit(chromium: Any, site: str, width: str, scheme: str) -> None:
    tab = Tab(chromium, *WIDTHS[width], scheme=scheme)
    for address in PAGES:
        assert tab.open(site + address) == 200, address
        assert tab.complaints == [], address
        assert tab.ask("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert tab.ask(f"{OUTSIDE_THEIR_CARD}.map(element => element.outerHTML.slice(0, 80))") == [], address
    tab.page.close()


def test_the_whisker_lies_around_the_end_of_the_bar(chromium: Any, site: str) -> None:
    tab = Tab(chromium, 1280, 900)
    tab.open(f"{site}/companies/amazon/scores/compatibility/")
    bar, whisker = (
        tab.ask(
            f"(box => [box.left, box.right])(document.querySelector('main svg.whisk {part}').getBoundingClientRect())"
        )
        for part in (".fill", "path")
    )
    assert whisker[0] < bar[1] < whisker[1]
    tab.page.close()


def test_from_the_profile_to_what_moved_it(chromium: Any, site: str) -> None:
    tab = Tab(chromium, 390, 844)
    tab.open(f"{site}/companies/amazon/")
    tab.page.select_option("form[aria-label='Why a score moved'] select[name=kind]", "infrastructure")
    tab.page.click("form[aria-label='Why a score moved'] button")
    tab.page.wait_for_url("**/companies/amazon/changes/**kind=infrastructure**")
    assert tab.ask("document.querySelectorAll('.waterfall tbody tr').length") >= 7
    tab.page.close()
