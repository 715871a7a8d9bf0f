"""A person at a browser. Each page they see is examined as it is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

PASSWORD = "correct horse battery"
VISMA_PASSWORD = "sandbox"
NORDHANDEL = "nordhandel@fjordlys.example"
REGNSKAP = "regnskap@fjordlys.example"
ADMIN = "admin@fjordlys.example"

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# What an address line must never show once a page stands: a link's token, Visma's answer.
SECRETS = ("/i/", "/callback/", "code=", "state=", "token")


@dataclass
class Visitor:
    """``with_scripts`` is false for a browser whose JavaScript is off."""

    page: Page
    home: str
    with_scripts: bool = True
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.home}{path}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def sees(self, heading: str) -> None:
        """The page has this heading, and nothing is wrong with the page itself."""
        expect(self.page.locator("h1")).to_have_text(heading)
        self._examine(heading)

    def reads(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def sign_in(self, path: str, email: str) -> None:
        """Open a page of the portal, and give the log-in it asks for."""
        self.open(path)
        self.sees("Sign in")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")

    # At Visma

    def sign_in_at_visma(self, email: str = NORDHANDEL) -> None:
        expect(self.page.locator("h1")).to_have_text("Sign in")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(VISMA_PASSWORD)
        self.press("Sign in")

    def sign_in_at_app_store(self, email: str = ADMIN) -> None:
        expect(self.page.locator("h1")).to_have_text("Sign in to the App Store")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(VISMA_PASSWORD)
        self.press("Sign in")

    def choose_at_visma(self, company: str) -> None:
        expect(self.page.locator("h1")).to_have_text("Choose a company")
        self.page.get_by_role("radio", name=company).check()
        self.press("Continue")

    def decide_at_visma(self, decision: str = "Allow") -> None:
        expect(self.page.locator("h1")).to_contain_text("asks for access to")
        self.press(decision)

    def consent(self, email: str = NORDHANDEL, company: str = "") -> None:
        """From “Continue to Visma” until Visma sends the browser back."""
        self.press("Continue to Visma")
        self.sign_in_at_visma(email)
        if company:
            self.choose_at_visma(company)
        self.decide_at_visma()

    # The page itself

    def _examine(self, heading: str) -> None:
        address = self.page.url
        assert not any(secret in address for secret in SECRETS), address
        self._fits_a_phone(heading)
        if self.with_scripts:
            self._is_accessible(heading)
        assert self.complaints == [], f"{heading}: {self.complaints}"

    def _fits_a_phone(self, heading: str) -> None:
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict of these two
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]  # as above
        assert wide <= PHONE["width"], f"{heading}: {wide} px wide on a phone"

    def _is_accessible(self, heading: str) -> None:
        for scheme, only in (("light", WCAG), ("dark", ["color-contrast"])):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # these are two
            found = Axe().run(self.page, options=_axe(only))
            assert found.violations_count == 0, f"{heading}, {scheme}: {found.generate_report()}"
        self.page.emulate_media(color_scheme="light")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or self._is_a_refused_page(message):
            return
        self.complaints.append(message.text)

    def _is_a_refused_page(self, message: ConsoleMessage) -> bool:
        """Chromium complains of every page that came with 404, 410 or 422; those are meant."""
        where = urlsplit(str(message.location.get("url", ""))).path
        is_asset = where.startswith("/static/")
        return message.text.startswith("Failed to load resource") and not is_asset


def _axe(only: list[str]) -> dict[str, Any]:
    kind = "tag" if only is WCAG else "rule"
    return {"runOnly": {"type": kind, "values": only}, "resultTypes": ["violations"]}
