"""The ways of the people in the demo, over the same pages that browsers use."""

from __future__ import annotations

from typing import Any

from demo.pages import Page, Submission
from demo.person import Lost, Person


def sign_in(address: str, email: str, password: str) -> Person:
    """Somebody with a log-in of the portal, who opens one of its pages and is asked who it is."""
    person = Person()
    page = person.open(address)
    person.send(page.press("Sign in", login=email, password=password))
    return person


def consent(link: str, visma_user: dict[str, Any], company: str) -> Page:
    """Follows an invitation to Visma, signs in there, picks the company, allows, comes back.

    Ends on the page that says the company is connected; raises Lost on any other.
    """
    person = Person()
    landing = person.open(link)
    page = person.send(landing.press("Continue to Visma"))
    page = person.send(_signed_in(page, visma_user))
    if page.has_button("Continue"):
        page = person.send(page.press("Continue", tenant_id=company))
    page = person.send(page.press("Allow"))
    if page.has_button("Connect "):
        page = person.send(page.press("Connect "))
    return _connected(page, company)


def approve(link: str, visma_user: dict[str, Any], company: str) -> Page:
    """Reads the invitation code, approves it in the App Store, and pastes the tenant id back.

    Ends on the page that says the company is connected; raises Lost on any other.
    """
    person = Person()
    steps = person.open(link)
    code = steps.marked("invitation-code")
    store = person.open(steps.link("Open the App Store"))
    store = person.send(_signed_in(store, visma_user))
    store = person.send(store.press("Accept"))
    store = person.send(store.press("Continue", tenant_id=company))
    store = person.send(store.press("Find", code=code))
    store = person.send(store.press("Integrate"))
    approved = person.send(store.press("Accept"))
    tenant_id = approved.marked("tenant-id")
    page = person.send(steps.press("Check it", visma_tenant_id=tenant_id))
    return _connected(page, company)


def say_yes(person: Person, address: str) -> None:
    """An owner confirms that orders may go to a company that is new here."""
    page = person.open(address)
    if page.has_button("Yes, this is ours"):
        person.send(page.press("Yes, this is ours"))


def _signed_in(page: Page, visma_user: dict[str, Any]) -> Submission:
    return page.press("Sign in", email=visma_user["email"], password=visma_user["password"])


def _connected(page: Page, company: str) -> Page:
    if f"{company} is connected" not in page.text:
        raise Lost(f"{page.url} does not say that {company} is connected: {page.text[:600]}")
    return page
