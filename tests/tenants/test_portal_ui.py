"""The tags and filters of every page, and what all templates must keep to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.template import Context, Template, engines
from django.utils import timezone, translation

from integrations.tenants.templatetags import portal_ui

TEMPLATES = Path(__file__).parents[2] / "templates"
STATIC = Path(__file__).parents[2] / "static"
PAGES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    if path.parent.name != "mail"
)
NOW = datetime(2026, 11, 20, 13, 2, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon_in_oslo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    ("moment", "detail", "text"),
    [
        (NOW, "", "14:02"),
        (NOW, "seconds", "14:02:18"),
        (NOW - timedelta(days=1), "", "Thu 19 Nov"),
        (NOW - timedelta(days=1), "clock", "Thu 19 Nov 14:02"),
        (NOW - timedelta(days=6), "", "Sat 14 Nov"),
        (NOW - timedelta(days=7), "", "13 Nov 2026"),
        (None, "", "–"),
    ],
)
def test_writes_a_time_as_near_as_it_is(moment: datetime | None, detail: str, text: str) -> None:
    assert words(portal_ui.when(moment, detail)) == text


def test_a_time_says_its_zone_to_machines() -> None:
    assert 'datetime="2026-11-20T14:02:18+01:00"' in portal_ui.when(NOW)


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=3), "3 s ago"),
        (timedelta(seconds=119), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "13:02"),
        (timedelta(seconds=-5), "14:02"),
    ],
)
def test_counts_back_only_within_the_hour(passed: timedelta, text: str) -> None:
    assert words(portal_ui.ago(NOW - passed)) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "12,480.00\xa0NOK"), ("nb", "12\xa0480,00\xa0NOK"), ("nl", "12.480,00\xa0NOK")],
)
def test_writes_amounts_in_the_readers_way(language: str, text: str) -> None:
    with translation.override(language):
        assert words(portal_ui.money(Decimal("12480"), "NOK")) == text


def test_tells_zero_from_not_applicable() -> None:
    assert portal_ui.number(0) == '<span class="number zero">0</span>'
    assert portal_ui.number(None) == '<span class="none">–</span>'
    assert words(portal_ui.number(1140)) == "1,140"


def test_escapes_a_currency_it_was_given() -> None:
    assert "<b>" not in portal_ui.money(Decimal(1), "<b>")


@pytest.mark.parametrize(
    ("path", "url", "here"),
    [
        ("/t/a/orders", "/t/a/orders", True),
        ("/t/a/orders/7", "/t/a/orders", True),
        ("/t/a/orders-old", "/t/a/orders", False),
        ("/t/a/", "", False),
    ],
)
def test_knows_which_menu_entry_holds_the_page(path: str, url: str, here: bool) -> None:
    assert portal_ui.under(path, url) is here


def test_a_bar_is_filled_exactly() -> None:
    placed = portal_ui.bar([{"value": 1, "tone": "wait"}, {"value": 3, "tone": "good"}])["segments"]
    assert placed == [
        {"value": 1, "tone": "wait", "x": "0.000", "width": "25.000"},
        {"value": 3, "tone": "good", "x": "25.000", "width": "75.000"},
    ]


def test_a_bar_of_nothing_is_empty() -> None:
    placed = portal_ui.bar([{"value": 0, "tone": "wait"}])["segments"]
    assert placed == [{"value": 0, "tone": "wait", "x": "0.000", "width": "0.000"}]


def test_a_state_is_a_shape_and_a_word() -> None:
    page = Template('{% load portal_ui %}{% status "uncertain" %}').render(Context())
    assert "#uncertain" in page
    assert words(page).strip() == "Uncertain"


def test_an_unknown_state_is_shown_by_its_own_name() -> None:
    page = Template("{% load portal_ui %}{% status state %}").render(Context({"state": "<odd>"}))
    assert "#pending" in page
    assert "&lt;odd&gt;" in page


def test_every_shape_a_state_or_tone_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {look.shape for look in portal_ui.STATES.values()} | set(portal_ui.TONE_SHAPES.values())
    assert named <= drawn


@pytest.mark.parametrize("name", PAGES)
def test_no_template_holds_what_the_security_policy_forbids(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    assert not re.search(r'\sstyle=|<style|\son\w+="|javascript:|["(]data:', source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


@pytest.mark.parametrize("name", PAGES)
def test_every_template_compiles(name: str) -> None:
    engines["django"].get_template(name)


def test_every_shape_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {
        shape
        for name in PAGES
        for shape in re.findall(r'{% icon "([^"]+)"', (TEMPLATES / name).read_text())
    }
    assert named <= drawn


def test_the_stylesheet_asks_nobody_else_for_anything() -> None:
    addresses = re.findall(r"url\(\"([^\"]+)\"\)", (STATIC / "portal.css").read_text())
    assert addresses
    assert all((STATIC / address).is_file() for address in addresses)
