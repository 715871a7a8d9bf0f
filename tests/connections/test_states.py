"""The states of a connection: each from what is stored, with one next step, the same everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection, Incident, Integration
from integrations.connections.services import incidents, invitation_states, states
from integrations.connections.services.findings import Finding
from integrations.connections.services.states import State, Step
from integrations.tenants.models import User
from integrations.tenants.templatetags.portal_ui import STATES
from tests.connections.conftest import Invite, Person
from tests.sandbox_process import SandboxProcess

NOW = timezone.now()
# Those that are about a link or a sign-in, and never stand on a connection.
OF_LINKS = {
    finding
    for finding in Finding
    if finding.name.startswith(("LINK_", "STATE_", "TOO_", "OTHER_", "ANSWER_", "NOT_AN"))
} | {
    Finding.DENIED,
    Finding.TOKEN_REFUSED,
    Finding.SHORT_ACCESS,
    Finding.ERROR_PAGE,
}
WITH_US = {
    Finding.OUR_FAULT,
    Finding.APPLICATION_HELD,
    Finding.CLOCKS_DIFFER,
    Finding.VISMA_DOWN,
    Finding.THROTTLED,
}


def broken(finding: str) -> dict[str, Any]:
    return {"state": "broken", "problem": finding, "problem_since": NOW}


@pytest.mark.parametrize(
    ("columns", "state", "step"),
    [
        ({}, "connected", ""),
        ({"paused_at": NOW}, "paused", "resume"),
        ({"confirmed_at": None}, "unconfirmed", "confirm"),
        ({"confirmed_at": None, "paused_at": NOW}, "unconfirmed", "confirm"),
        ({"state": "checking"}, "checking", "wait"),
        (broken("no_role"), "needs_role", "look"),
        (broken("no_licence"), "needs_role", "look"),
        ({**broken("forbidden"), "paused_at": NOW}, "needs_role", "look"),
        (broken("wrong_company"), "wrong_company", "mend"),
        (broken("contract_id"), "wrong_company", "mend"),
        (broken("consent_ended"), "needs_consent", "mend"),
        (broken("refresh_lost"), "needs_consent", "mend"),
        (broken("superseded"), "superseded", "mend"),
        (broken("finish_consent"), "consent_pending", "mend"),
        (broken("scopes_missing"), "scope_missing", "mend"),
        (broken("scope_off"), "scope_missing", "look"),
        (broken("approval_withdrawn"), "approval_pending", "look"),
        (broken("clocks_differ"), "with_us", "wait"),
        (broken("a code of a later version"), "with_us", "wait"),
        ({"state": "disconnected", "grant": None}, "disconnected", "reconnect"),
    ],
)
def test_a_state_is_derived_from_what_is_stored(
    connected: Connection, columns: dict[str, Any], state: str, step: str
) -> None:
    Connection.objects.update(**({"confirmed_at": NOW} | columns))
    connected.refresh_from_db()

    shown = states.shown(connected)

    assert (shown.state, shown.step) == (state, step)
    assert bool(shown.next) == (shown.step != Step.NONE)


def test_every_finding_that_stands_on_a_connection_has_a_state() -> None:
    assert set(states.BY_FINDING) | WITH_US | OF_LINKS == set(Finding)
    assert not set(states.BY_FINDING) & (WITH_US | OF_LINKS)


def test_every_state_has_a_look_of_its_own_and_a_next_step() -> None:
    assert set(State) <= set(STATES)
    assert len({str(STATES[state].word) for state in State}) == len(State)
    assert set(states._NEXT) == set(State)


def test_a_link_under_way_has_one_of_the_first_three() -> None:
    under_way = {state for state in invitation_states.State if state in states.BY_LINK}
    assert {states.BY_LINK[state] for state in under_way} == {
        State.INVITED,
        State.CONSENT_PENDING,
        State.APPROVAL_PENDING,
    }


def test_an_incident_of_the_application_is_ours_to_mend(connected: Connection) -> None:
    Connection.objects.update(confirmed_at=NOW)
    connected.refresh_from_db()
    incidents.open_incident(
        "application_refused", subject="nordhandel", application=connected.integration.application
    )

    held = incidents.held_applications()

    assert states.state_of(connected, held_applications=held) == State.WITH_US
    Incident.objects.update(cleared_at=NOW)
    held = incidents.held_applications()
    assert states.state_of(connected, held_applications=held) == State.CONNECTED


@pytest.mark.parametrize("who", ["member", "staff"])
@pytest.mark.parametrize(
    ("columns", "word", "next_step"),
    [
        (broken("no_role"), "Needs a role", "A customer administrator gives the role"),
        (broken("consent_ended"), "Needs a new consent", "Connect again: sign in at Visma"),
        ({"paused_at": NOW}, "Paused", "Resume, and orders go out."),
    ],
)
def test_pages_of_members_and_staff_say_the_same(
    connected: Connection,
    request: pytest.FixtureRequest,
    client: Client,
    who: str,
    columns: dict[str, Any],
    word: str,
    next_step: str,
) -> None:
    user: User = request.getfixturevalue(who)
    Connection.objects.update(**({"confirmed_at": NOW} | columns))
    client.force_login(user)
    pages = ["/t/fjordlys/companies/", f"/t/fjordlys/companies/{connected.pk}/"]
    if who == "staff":
        pages = ["/console/connections/", pages[1]]

    texts = [client.get(path).content.decode() for path in pages]

    assert all(word in text for text in texts)
    assert next_step in texts[-1]
    if who == "staff":
        assert next_step in texts[0]


def test_a_known_end_is_said_beforehand(
    connected: Connection, member: User, client: Client
) -> None:
    assert connected.grant is not None
    ends = connected.grant.created_at + timedelta(days=20)
    application = connected.integration.application
    application.refresh_absolute_days = 20
    application.save()
    Connection.objects.update(confirmed_at=NOW)
    client.force_login(member)

    page = client.get(f"/t/fjordlys/companies/{connected.pk}/").content.decode()

    said = page.partition("The access ends on")[2].partition("</h2>")[0]
    assert f'datetime="{timezone.localtime(ends).isoformat(timespec="seconds")}"' in said
    assert "Renew the consent" in page


def test_what_is_still_to_come_stands_among_the_companies(
    connected: Connection,
    invite: Invite,
    integration: Integration,
    service_integration: Integration,
    sandbox: SandboxProcess,
    member: User,
    client: Client,
) -> None:
    Connection.objects.update(confirmed_at=NOW)
    invite(integration, email="ola@fjordlys.test")
    away = Person()
    away.open(invite(integration, email="kari@fjordlys.test"))
    away.to_visma()
    asked = Person()
    asked.open(invite(service_integration, email="per@fjordlys.test"))
    tenant_id = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    asked.press("/connect/tenant-id/", visma_tenant_id=tenant_id)
    client.force_login(member)

    page = client.get("/t/fjordlys/companies/")

    coming = {row.invitation.email: row.state.state for row in page.context["coming"]}
    assert coming == {
        "ola@fjordlys.test": State.INVITED,
        "kari@fjordlys.test": State.CONSENT_PENDING,
        "per@fjordlys.test": State.APPROVAL_PENDING,
    }
    words = ["Invited", "Consent not finished", "Waits for the approval"]
    assert all(word in page.content.decode() for word in words)
