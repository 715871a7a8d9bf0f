"""Kind service: whatever the token endpoint says, nothing is kept that isn't a good token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.connections.models import Connection, Grant, Incident, Integration, Invitation
from integrations.connections.services import custody
from tests.connections.attacks import nothing_was_kept, shows_no_secret
from tests.connections.conftest import SALES_ORDERS, Invite, Person
from tests.connections.evil_connect import COMPANY, EvilConnect
from tests.connections.test_attacks_token_answers import MEMBERS, WHOLE

SCOPES = {*SALES_ORDERS, "vismanet_erp_service_api:read"}
OUTCOMES = {"visma_down", "our_fault", "not_approved"}
NO_IDS = ["https://evil.example", "evil.example", "a" * 5000, "' OR 1=1 --", "\0", "../" * 12]


@pytest.fixture
def approver(
    service_integration: Integration, invite: Invite, person: Person, evil: EvilConnect
) -> Person:
    """Somebody with a link to approve in the App Store, before a Visma that may lie."""
    person.open(invite(service_integration))
    return person


def pastes(approver: Person, tenant_id: str = COMPANY) -> str:
    return approver.press("/connect/tenant-id/", visma_tenant_id=tenant_id)


def test_the_honest_server_is_believed(approver: Person, evil: EvilConnect) -> None:
    assert pastes(approver).startswith("Fjordlys AS is connected")
    assert set(Grant.objects.get().scopes.split()) == SCOPES


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_off_connects_nothing(
    approver: Person, evil: EvilConnect, name: str
) -> None:
    evil.token = MEMBERS[name]

    pastes(approver)

    assert approver.shown.status_code == 200
    nothing_was_kept()
    assert Invitation.objects.get().last_outcome == "visma_down"
    shows_no_secret([approver.shown.content.decode()], evil)


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_that_is_off_connects_nothing(
    approver: Person, evil: EvilConnect, settings: Any, name: str
) -> None:
    settings.VISMA_TOKEN_TIMEOUT = timedelta(seconds=3)
    evil.says["token"] = WHOLE[name][0]

    pastes(approver)

    assert approver.shown.status_code == 200
    assert "alert(1)" not in approver.shown.content.decode()
    nothing_was_kept()
    assert Invitation.objects.get().last_outcome in OUTCOMES
    ours = Invitation.objects.get().last_outcome == "our_fault"
    assert Incident.objects.exists() is ours


def test_a_token_for_another_tenant_connects_nothing(approver: Person, evil: EvilConnect) -> None:
    evil.company = "11111111-2222-4333-8444-555555555555"

    pastes(approver)

    assert "We can’t trust this answer" in approver.shown.content.decode()
    nothing_was_kept()
    assert evil.asked_for("Customers") == []


@pytest.mark.parametrize("pasted", NO_IDS)
def test_what_is_no_tenant_id_goes_nowhere(
    approver: Person, evil: EvilConnect, pasted: str
) -> None:
    pastes(approver, pasted)

    assert approver.shown.status_code == 422
    assert evil.server.seen == []
    nothing_was_kept()


def test_more_rights_than_asked_are_written_down_and_not_asked_for_again(
    approver: Person, evil: EvilConnect
) -> None:
    evil.token = {"scope": " ".join([*SCOPES, "another.api:delete"])}
    pastes(approver)
    assert "another.api:delete" in Grant.objects.get().scopes
    Grant.objects.update(access_expires_at=timezone.now())

    assert custody.refresh(str(Grant.objects.get().pk), now=timezone.now())

    assert b"another.api" not in evil.asked_for("token")[-1].body
    assert Connection.objects.get().state == Connection.State.CONNECTED
