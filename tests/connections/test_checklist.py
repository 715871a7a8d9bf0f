"""The checklist of an application: what a call proves, what a person says, and what is next."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.utils import timezone

from demo import environment
from integrations.connections.models import Application, ChecklistStep, Connection, Integration
from integrations.connections.services import checklist, proofs, registration, service_approval
from integrations.connections.services.checklist import Step
from integrations.tenants.models import User
from tests.connections.conftest import SALES_ORDERS, Invite, invitation_of
from tests.sandbox_process import SandboxProcess

NOW = timezone.now()
WEB, SERVICE = "isv_nordhandel_web", "isv_nordhandel_service"
PROVEN_BY_SIGN_IN = {"reachable", "secret", "application", "redirect", "integration_approved"}


def states(application: Application) -> dict[str, str]:
    items = checklist.checklist(Application.objects.get(pk=application.pk), now=NOW).items
    return {str(item.step): item.state for item in items}


def row(application: Application, step: str) -> ChecklistStep:
    return application.checklist.get(step=step)


def proven(application: Application) -> set[str]:
    return set(application.checklist.exclude(proven_at=None).values_list("step", flat=True))


@pytest.fixture
def registered(sandbox: SandboxProcess) -> SandboxProcess:
    """Visma has exactly the portal's redirect URI."""
    uris = [f"{os.environ['PUBLIC_URL']}/callback/connect"]
    wanted = {"client_id": WEB, "redirect_uris": uris, "redirect_uri_prefixes": []}
    sandbox.control("POST", "applications", wanted)
    return sandbox


def test_a_new_application_begins_with_the_account(application: Application) -> None:
    found = states(application)

    assert found["account"] == "todo"
    assert {found[step] for step in ("logo", "published", "audience")} == {"not_needed"}
    assert {found[step] for step in ("application", "redirect", "secret")} == {"waits"}


def test_one_look_proves_all_that_a_sign_in_needs(
    integration: Integration, registered: SandboxProcess
) -> None:
    application = integration.application

    assert proofs.look(application, now=NOW)

    assert proven(application) == PROVEN_BY_SIGN_IN
    found = states(application)
    # Whoever has a working secret has an account, and asked for what is approved.
    assert {found["account"], found["integration_asked"]} == {"done"}
    assert row(application, "redirect").proven_at == NOW


def test_another_redirect_address_is_found_out(
    integration: Integration, sandbox: SandboxProcess
) -> None:
    uris = [f"{os.environ['PUBLIC_URL']}/callback/connect/"]
    wanted = {"client_id": WEB, "redirect_uris": uris, "redirect_uri_prefixes": []}
    sandbox.control("POST", "applications", wanted)

    proofs.look(integration.application, now=NOW)

    said = row(integration.application, "redirect")
    assert (said.finding, said.refuted_at) == ("sign_in_stopped", NOW)
    assert said.detail  # the Error-ID
    assert states(integration.application)["redirect"] == "failed"
    assert "integration_approved" not in proven(integration.application)


def test_a_scope_that_is_not_approved_is_told_from_a_wrong_address(
    application: Application, registered: SandboxProcess
) -> None:
    registration.offer(
        application, name="More", slug="more", scopes=[*SALES_ORDERS, "visma.net.erp.other:read"]
    )

    proofs.look(application, now=NOW)

    assert "redirect" in proven(application)
    assert row(application, "integration_approved").finding == "scopes_stopped"


def test_a_later_yes_takes_the_no_back(integration: Integration, sandbox: SandboxProcess) -> None:
    application = integration.application
    wanted = {"client_id": WEB, "redirect_uris": [], "redirect_uri_prefixes": []}
    sandbox.control("POST", "applications", wanted)
    proofs.look(application, now=NOW)
    assert states(application)["redirect"] == "failed"

    uris = [f"{os.environ['PUBLIC_URL']}/callback/connect"]
    sandbox.control("POST", "applications", wanted | {"redirect_uris": uris})
    proofs.look(application, now=NOW + timedelta(minutes=1))

    said = row(application, "redirect")
    assert (said.refuted_at, said.detail) == (None, "")
    assert states(application)["redirect"] == "done"


def test_a_wrong_secret_fails_the_step(
    integration: Integration, registered: SandboxProcess
) -> None:
    secret = integration.application.secrets.get()
    secret.seal("not the secret")
    secret.save()

    proofs.look(integration.application, now=NOW)

    assert row(integration.application, "secret").finding == "secret_refused"
    assert states(integration.application)["secret"] == "failed"


def test_when_visma_is_away_only_that_is_said(
    integration: Integration, registered: SandboxProcess, settings: Any
) -> None:
    proofs.look(integration.application, now=NOW)
    away = f"http://localhost:{environment.free_port()}"
    settings.VISMA_CONNECT_ISSUER = away

    assert not proofs.look(integration.application, now=NOW + timedelta(hours=1))

    assert row(integration.application, "reachable").finding == "no_answer"
    assert proven(integration.application) == PROVEN_BY_SIGN_IN - {"reachable"}


def test_settings_that_differ_from_vismas_own_words_are_named(
    integration: Integration, registered: SandboxProcess, settings: Any
) -> None:
    port = urlsplit(settings.VISMA_CONNECT_ISSUER).port
    settings.VISMA_CONNECT_JWKS_URL = f"http://localhost:{port}/elsewhere"

    proofs.look(integration.application, now=NOW)

    said = row(integration.application, "reachable")
    assert (said.finding, said.detail) == ("settings_differ", "jwks_uri")


def test_a_service_proves_its_scopes_by_the_first_company(
    service_integration: Integration, invite: Invite, sandbox: SandboxProcess
) -> None:
    application = service_integration.application
    proofs.look(application, now=NOW)
    assert proven(application) == {"reachable", "secret", "application"}
    assert states(application)["redirect"] == "not_needed"

    connect(service_integration, invite, sandbox)
    proofs.look(application, now=NOW)

    assert {"integration_approved", "company"} <= proven(application)
    assert states(application)["published"] == "done"


def test_an_approval_taken_back_is_said(
    service_integration: Integration, invite: Invite, sandbox: SandboxProcess
) -> None:
    application = service_integration.application
    tenant_id = connect(service_integration, invite, sandbox)
    proofs.look(application, now=NOW)

    withdrawn = {"client_id": SERVICE, "tenant_id": tenant_id, "approved": False}
    sandbox.control("POST", "approvals", withdrawn)
    proofs.look(application, now=NOW)

    assert row(application, "company").finding == "approval_gone"


def test_a_company_that_works_is_proven_when_it_was_read(
    connected: Connection, registered: SandboxProcess
) -> None:
    application = connected.integration.application

    proofs.look(application, now=timezone.now())

    assert row(application, "company").proven_at == connected.proven_at


def test_staff_tick_what_only_they_can_know(application: Application, staff: User) -> None:
    checklist.tick(application, Step.ACCOUNT, by=staff, now=NOW)

    item = checklist.checklist(application, now=NOW).items[0]
    assert (item.state, item.how, item.by, item.at) == ("done", "ticked", staff, NOW)
    assert application.events.get(verb="step.ticked").facts["step"] == "account"

    checklist.untick(application, Step.ACCOUNT, by=staff, now=NOW)

    assert states(application)["account"] == "todo"
    assert application.events.filter(verb="step.unticked").count() == 1


@pytest.mark.parametrize("step", [Step.SECRET, Step.REACHABLE, Step.COMPANY, Step.INVITATION_CODE])
def test_nobody_ticks_what_a_call_proves(
    service_integration: Integration, staff: User, step: str
) -> None:
    with pytest.raises(checklist.NotToTick):
        checklist.tick(service_integration.application, step, by=staff, now=NOW)


def test_steps_wait_for_what_comes_before(service_integration: Integration, staff: User) -> None:
    application = service_integration.application
    for step in (Step.ACCOUNT, Step.INTEGRATION_APPROVED):
        checklist.tick(application, step, by=staff, now=NOW)
    assert states(application)["published"] == "waits"

    application.checklist.create(step=Step.APPLICATION, proven_at=NOW)
    checklist.tick(application, Step.LOGO, by=staff, now=NOW)

    assert states(application)["published"] == "todo"
    upcoming = checklist.checklist(Application.objects.get(), now=NOW).next
    assert upcoming is not None
    assert upcoming.step == Step.SECRET


def test_a_public_application_needs_no_code(service_integration: Integration, staff: User) -> None:
    application = service_integration.application
    Application.objects.update(invitation_code="")
    application.refresh_from_db()
    assert states(application)["invitation_code"] == "waits"

    checklist.tick(application, Step.AUDIENCE, choice="public", by=staff, now=NOW)

    assert states(application)["invitation_code"] == "not_needed"


@pytest.mark.parametrize(
    ("age", "state", "is_ending"),
    [(None, "done", False), (1, "done", False), (4.5, "done", True), (5.1, "failed", False)],
)
def test_a_code_is_good_for_five_days(
    service_integration: Integration, age: float | None, state: str, is_ending: bool
) -> None:
    made_at = None if age is None else NOW - timedelta(days=age)
    Application.objects.update(invitation_code="ABCD", invitation_code_made_at=made_at)

    items = checklist.checklist(Application.objects.get(), now=NOW).items
    item = next(each for each in items if each.step == Step.INVITATION_CODE)

    assert (item.state, item.is_ending) == (state, is_ending)


def test_what_failed_is_next_before_what_is_to_do(application: Application, staff: User) -> None:
    application.checklist.create(step=Step.REACHABLE, refuted_at=NOW, finding="no_keys")

    upcoming = checklist.checklist(application, now=NOW).next

    assert upcoming is not None
    assert upcoming.step == Step.REACHABLE


def connect(integration: Integration, invite: Invite, sandbox: SandboxProcess) -> str:
    """Fjordlys AS, approved in the App Store and pasted."""
    tenant_id: str = sandbox.company("Fjordlys AS")["tenant_id"]
    sandbox.control("POST", "approvals", {"client_id": SERVICE, "tenant_id": tenant_id})
    invitation = invitation_of(invite(integration, expected_visma_tenant_id=tenant_id))
    made = service_approval.paste(
        invitation, UUID(tenant_id), language="en", by=None, now=timezone.now()
    )
    assert made is not None
    return tenant_id
