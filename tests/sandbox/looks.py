"""Looks at a page as people with different eyes and windows see it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = 360


def assert_fine(page: Page) -> None:
    """By axe with all its rules as it is, by those of contrast in the other colours.

    Nothing may be wider than the window, nor than one of 360 pixels.
    """
    page.evaluate(AXE_SCRIPT)
    _assert_accessible(page, {"type": "tag", "values": TAGS})
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.emulate_media(color_scheme="light" if is_dark else "dark")
    _assert_accessible(page, {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    assert_fits(page)
    if size := page.viewport_size:
        page.set_viewport_size({"width": NARROW, "height": size["height"]})
        assert_fits(page)
        page.set_viewport_size(size)


def assert_fits(page: Page) -> None:
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert too_wide <= 0, f"{page.url} is {too_wide} pixels too wide"


def _assert_accessible(page: Page, rules: dict[str, Any]) -> None:
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = AxeResults(page.evaluate("options => axe.run(options)", options))
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
