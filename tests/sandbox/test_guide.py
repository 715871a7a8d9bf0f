"""Visma's guide "Getting started with Visma Developer Portal", walked by clicking.

Chapters 1 to 3 in a browser, chapter 4 over HTTP with what was found on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page

from tests.sandbox.developer import PNG, READ, WRITE
from tests.sandbox.looks import assert_fine
from tests.sandbox_process import SandboxProcess

COMPANY = "Fjordlys AS"
KNOWN_BY_ID = re.compile(r"(?<=/applications)/(?!new)[^/]+|(?<=/apis)/[^/]+")
CUSTOMER = "uten.rolle@fjordlys.example"
ADMINISTRATOR = "admin@fjordlys.example"
ORDER: dict[str, Any] = {
    "type": "SO",
    "date": "2021-08-05T12:38:58.570Z",
    "description": "Test Sales Order",
    "status": "N",
    "customer": {"id": "10001"},
    "print": {
        "descriptionOnInvoice": True,
        "noteOnInternalDocuments": True,
        "noteOnExternalDocuments": True,
    },
    "orderLines": [
        {
            "inventoryId": number,
            "description": f"Test Sales OrderLine {number}",
            "quantity": 5,
            "unitPrice": 10,
            "taxCategoryId": "3",
        }
        for number in ("1", "2")
    ],
    "taxZoneId": "01",
}


@dataclass
class Person:
    """Somebody with a browser of their own, whose pages are looked at by axe."""

    page: Page
    url: str
    scripts: bool
    seen: set[str]

    def visit(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.look()

    def fill(self, **texts: str) -> None:
        """Texts by their labels, whose spaces may be underscores."""
        for label, text in texts.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(text)

    def check(self, *labels: str) -> None:
        for label in labels:
            self.page.get_by_label(label).check()

    def press(self, name: str) -> None:
        self._click(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str, within: str = "main") -> None:
        """A link of the page, or of the named navigation."""
        place = (
            self.page.get_by_role("main")
            if within == "main"
            else self.page.get_by_role("navigation", name=within, exact=True)
        )
        self._click(place.get_by_role("link", name=name, exact=True))

    def sees(self, text: str) -> None:
        assert text in self.page.inner_text("body"), self.page.inner_text("body")

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def look(self) -> None:
        """Look closely at each kind of page, once."""
        assert "Sandbox, not Visma" in self.page.inner_text("header")
        kind = KNOWN_BY_ID.sub("/one", urlsplit(self.page.url).path)
        if self.scripts and kind not in self.seen:
            self.seen.add(kind)
            assert_fine(self.page)

    def _click(self, target: Locator) -> None:
        target.click()
        self.look()


@dataclass
class Guide:
    """The people of the guide, and what they have written down."""

    developer: Person
    customer: Person
    administrator: Person
    secret: str = ""
    code: str = ""
    tenant_id: str = ""


@pytest.fixture(params=[True, False], ids=["scripts", "no_scripts"])
def guide(
    sandbox: SandboxProcess, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Guide]:
    contexts = [browser.new_context(java_script_enabled=request.param) for _ in range(3)]
    seen: set[str] = set()
    developer, customer, administrator = (
        Person(one.new_page(), sandbox.url, request.param, seen) for one in contexts
    )
    yield Guide(developer, customer, administrator)
    for context in contexts:
        context.close()


def test_the_guide_can_be_walked_from_an_account_to_an_order(
    sandbox: SandboxProcess, guide: Guide
) -> None:
    _create_account(guide.developer)
    _create_application(guide.developer)
    guide.secret = _generate_secret(guide.developer)
    _integrate(guide.developer)
    guide.code = _publish(guide.developer)
    _find_no_organisation(guide.customer)
    _give_role(guide.administrator)
    guide.tenant_id = _approve(guide)
    _look_for_the_customer(guide)
    _place_an_order(sandbox, guide)


def _create_account(ada: Person) -> None:
    """Chapter 1."""
    ada.visit("/")
    ada.follow("Developer Portal", within="Rooms")
    ada.follow("Create account")
    ada.fill(**{"E-mail address": "ada@isv.example", "Password": "secret"})
    ada.fill(First_name="Ada", Last_name="Lund")
    ada.press("Create account")
    ada.press("Accept")
    ada.fill(Name_of_the_organisation="neXtGen AS", Country="Norway")
    ada.press("Complete setup")
    assert ada.heading == "Welcome, Ada"


def _create_application(ada: Person) -> None:
    """Chapter 2.1 and 2.2."""
    ada.follow("My Applications", within="Developer Portal")
    ada.follow("Add application")
    ada.follow("Service")
    ada.fill(
        Name="neXtGen Test",
        Client_ID="nextgen_test",
        Description="neXtGen Visma.net ERP Sales Order API",
        Access_token_lifetime_in_minutes="60",
        Privacy_policy_URI="https://isv.example/privacy",
        Terms_of_service_URI="https://isv.example/terms",
    )
    ada.check("Include JSON Web Token ID")
    ada.press("Save")
    ada.sees("The application is created.")
    ada.page.get_by_label("Upload a logo").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": PNG}
    )
    ada.press("Upload")
    ada.sees("Pending")
    ada.press("Approve as Visma")
    ada.sees("Approved")


def _generate_secret(ada: Person) -> str:
    """Chapter 2.3."""
    ada.follow("Credentials", within="Application")
    ada.sees("The application has no secret yet.")
    ada.press("Generate secret")
    return ada.page.locator("#new-secret").inner_text()


def _integrate(ada: Person) -> None:
    """Chapter 2.4."""
    ada.follow("APIs", within="Developer Portal")
    ada.follow("Visma.net ERP SalesOrder API")
    ada.follow("New integration")
    ada.page.get_by_label("Application", exact=True).select_option(label="neXtGen Test")
    ada.press("Continue")
    ada.check(READ, WRITE)
    ada.press("Continue")
    ada.press("Confirm")
    ada.sees("Pending")
    ada.press("Approve as Visma")
    ada.sees("Approved")
    ada.follow("Mails", within="Rooms")
    ada.sees("The integration of neXtGen Test with Visma.net ERP SalesOrder API is approved")


def _publish(ada: Person) -> str:
    """Chapter 2.5: the invitation code."""
    ada.follow("Developer Portal", within="Rooms")
    ada.follow("My Applications", within="Developer Portal")
    ada.page.get_by_text("More", exact=True).last.click()
    ada.follow("Publish to the App Store")
    ada.fill(Developer_website_URI="https://isv.example")
    ada.check("Invite only")
    ada.press("Save")
    ada.follow("Add new code")
    ada.fill(Short_description="neXtGen: Visma.net ERP SalesOrder API")
    ada.press("Generate")
    code = ada.page.get_by_role("cell").locator("code").first.inner_text()
    ada.follow("My Applications", within="Developer Portal")
    ada.sees("Published")
    return code


def _find_no_organisation(customer: Person) -> None:
    """Chapter 3.1 to 3.3, without the role."""
    _sign_in_to(customer, "App Store", CUSTOMER)
    customer.press("Accept")
    assert customer.heading == "You can't approve applications"
    customer.sees("Integration Administrator")


def _give_role(administrator: Person) -> None:
    """Chapter 3.4: search the user, add access to the company, tick the role."""
    _sign_in_to(administrator, "Admin", ADMINISTRATOR)
    administrator.fill(**{"Search by e-mail address": CUSTOMER})
    administrator.press("Search")
    administrator.follow(CUSTOMER)
    for place in (f"{COMPANY} (Company)", "Fjordlys (Customer)"):
        administrator.page.get_by_label("Add access to").select_option(label=place)
        administrator.press("Add")
    for box in administrator.page.get_by_label("Integration Administrator").all():
        box.check()
    administrator.press("Save and close")


def _approve(guide: Guide) -> str:
    """Chapter 3.3, 3.5 and 3.6: choose, find, integrate, accept, copy the tenant id."""
    customer = guide.customer
    customer.follow("App Store", within="Rooms")
    assert customer.heading == "Choose an organisation"
    customer.sees("Fjordlys\nCustomer")
    customer.check(COMPANY)
    customer.press("Continue")
    customer.fill(Invitation_code=guide.code)
    customer.press("Find")
    customer.press("Integrate")
    customer.press("Accept")
    assert customer.heading == f"neXtGen Test may work in {COMPANY}"
    customer.follow("My apps", within="App Store")
    customer.sees("neXtGen Test")
    menu = customer.page.locator("header details")
    menu.locator("summary").click()
    return menu.locator("code").first.inner_text()


def _look_for_the_customer(guide: Guide) -> None:
    """The developer learns of it in three places."""
    ada = guide.developer
    ada.follow("neXtGen Test")
    ada.follow("Integrations", within="Application")
    ada.sees(guide.tenant_id)
    ada.follow("App Store", within="Application")
    ada.sees("Used")
    ada.follow("Mails", within="Rooms")
    ada.sees(f"{COMPANY} has approved neXtGen Test")


def _place_an_order(sandbox: SandboxProcess, guide: Guide) -> None:
    """Chapter 4."""
    assert guide.tenant_id == sandbox.company(COMPANY)["tenant_id"]
    form = {
        "grant_type": "client_credentials",
        "scope": f"{READ} {WRITE}",
        "client_id": "isv_nextgen_test",
        "client_secret": guide.secret,
        "tenant_id": guide.tenant_id,
    }
    answer = requests.post(f"{sandbox.url}/connect/token", data=form, timeout=10).json()
    assert answer | {"access_token": ""} == {
        "access_token": "",
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": f"{READ} {WRITE}",
    }
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    base = f"{sandbox.url}/api/v3"
    customers = requests.get(f"{base}/Customers", headers=headers, timeout=10)
    assert "10001" in customers.text
    placed = requests.post(f"{base}/SalesOrders", json=ORDER, headers=headers, timeout=10)
    assert placed.status_code == 201, placed.text
    order = requests.get(placed.headers["Location"], headers=headers, timeout=10).json()
    totals = order["totals"]
    assert (totals["orderTotal"], totals["taxableTotal"], totals["taxTotal"]) == (100, 100, 25)
    assert order["status"]["description"] == "Open"


def _sign_in_to(person: Person, room: str, email: str) -> None:
    person.visit("/")
    person.follow(room, within="Rooms")
    person.fill(**{"E-mail address": email, "Password": "sandbox"})
    person.press("Sign in")
