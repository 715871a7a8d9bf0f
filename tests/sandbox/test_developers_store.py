"""Publishing, and the invitation codes that lead customers to an application."""

from __future__ import annotations

import pytest

from tests.sandbox.developer import HOME, PAPERS, PNG, READ, SERVICE_FORM, WRITE, Developer
from tests.sandbox.fidelity import point
from tests.sandbox.store import ADMIN, enter, integrate
from tests.sandbox.visitor import Visitor
from tests.sandbox_process import SandboxProcess

CLIENT_ID = "isv_nextgen_test"
DAY = 24 * 3600


@point("I19.logo")
def test_a_logo_waits_for_visma_which_answers_by_mail(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)
    developer.send(f"{address}/logo", files={"logo": ("logo.png", PNG, "image/png")})
    assert developer.application(CLIENT_ID)["logo"]["state"] == "pending"
    assert "data:image/png;base64," in developer.text

    developer.send(f"{address}/logo/decision", {"decision": "approved"})

    assert developer.application(CLIENT_ID)["logo"]["state"] == "approved"
    assert "The logo of neXtGen Test is approved" in developer.visit("/mails")


@pytest.mark.parametrize("content", [b"<svg/>", b"", PNG + b"x" * 100_000])
def test_a_logo_is_a_small_picture(developer: Developer, content: bytes) -> None:
    address = developer.create(SERVICE_FORM)

    developer.send(f"{address}/logo", files={"logo": ("logo.png", content, "image/png")})

    assert developer.heading == "This file can't be a logo"
    assert developer.application(CLIENT_ID)["logo"] is None


@point("I19.publish")
def test_publishing_wants_logo_integration_and_three_addresses(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)
    developer.publish(address)
    assert developer.alerts == [
        "Visma has to approve a logo first.",
        "An integration with a tenant based API that works without a person has to be approved "
        "first.",
    ]
    developer.make_publishable(address)
    for missing in PAPERS:
        developer.send(f"{address}/store", PAPERS | {missing: "", "audience": "invite_only"})
        assert len(developer.alerts) == 1
    assert developer.application(CLIENT_ID)["store"] == "unpublished"

    developer.publish(address)

    assert developer.application(CLIENT_ID)["store"] == "published"
    listed = developer.visit(f"{HOME}/applications")
    assert listed.count('<span class="badge good">Published</span>') == 2


@point("I19.audience")
def test_what_everybody_may_find_is_reviewed_first(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)
    developer.make_publishable(address)

    developer.publish(address, "public")
    assert developer.application(CLIENT_ID)["store"] == "in_review"
    developer.send(f"{address}/store/review", {"decision": "approved"})

    assert developer.application(CLIENT_ID)["store"] == "published"
    assert developer.application(CLIENT_ID)["audience"] == "public"
    assert "neXtGen Test is approved for the App Store" in developer.visit("/mails")


def test_without_approved_scopes_for_a_service_nothing_is_published(developer: Developer) -> None:
    address = developer.create(SERVICE_FORM)
    developer.make_publishable(address)
    developer.send(f"{address}/integrations/0/remove")

    developer.publish(address)

    assert developer.application(CLIENT_ID)["store"] == "unpublished"


def test_an_application_can_leave_the_store(developer: Developer) -> None:
    address = _published(developer)

    developer.send(f"{address}/store/unpublish")

    assert developer.application(CLIENT_ID)["store"] == "unpublished"


def test_codes_are_for_published_applications(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)

    developer.send(f"{address}/codes", {"description": "Too early"})

    assert len(sandbox.world()["invitation_codes"]) == 1


@point("I19.code")
def test_a_code_leads_a_customer_to_the_application_and_tells_who_used_it(
    sandbox: SandboxProcess, developer: Developer, visitor: Visitor
) -> None:
    address = _published(developer)
    code = developer.generate_code(address, "For Fjordlys")
    assert "For Fjordlys" in developer.text
    assert '<span class="badge good">Open</span>' in developer.text

    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])
    integrate(visitor, READ, WRITE, code=code)
    assert visitor.heading == "neXtGen Test may work in Fjordlys AS"

    shown = developer.visit(f"{address}/store")
    assert "Used" in shown
    assert f"Fjordlys AS<small>{ADMIN}" in shown


@point("I19.code_life")
def test_a_code_ends_after_five_days(
    sandbox: SandboxProcess, developer: Developer, visitor: Visitor
) -> None:
    address = _published(developer)
    code = developer.generate_code(address)
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])
    sandbox.control("POST", "clock", {"advance": 5 * DAY - 60})
    visitor = Visitor(sandbox.url)
    _reenter(visitor)
    visitor.press(code=code)
    assert visitor.heading == "neXtGen Test"

    sandbox.control("POST", "clock", {"advance": 120})
    visitor.visit("/appstore")
    visitor.press(code=code)
    assert visitor.heading == "Find an application"
    developer.sign_in()
    assert '<span class="badge bad">Expired</span>' in developer.visit(f"{address}/store")


@point("I19.code_use")
def test_a_code_is_for_one_customer(
    sandbox: SandboxProcess, developer: Developer, visitor: Visitor
) -> None:
    address = _published(developer)
    code = developer.generate_code(address)
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])
    integrate(visitor, READ, code=code)
    visitor.visit("/appstore/organisation")
    visitor.press(tenant_id=sandbox.company("Fjordlys Danmark ApS")["tenant_id"])

    visitor.press(code=code)

    assert visitor.heading == "Find an application"


def test_a_code_can_be_withdrawn(
    sandbox: SandboxProcess, developer: Developer, visitor: Visitor
) -> None:
    address = _published(developer)
    code = developer.generate_code(address)

    developer.send(f"{address}/codes/withdraw", {"code": code})
    assert '<span class="badge bad">Withdrawn</span>' in developer.text
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])
    visitor.press(code=code)

    assert visitor.heading == "Find an application"


def _published(developer: Developer) -> str:
    address = developer.create(SERVICE_FORM)
    developer.make_publishable(address)
    developer.publish(address)
    return address


def _reenter(visitor: Visitor) -> None:
    """Sign in again with access given and the organisation chosen before."""
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)
    if visitor.heading == "Choose an organisation":
        visitor.press(tenant_id=visitor.choices("tenant_id")[1])
