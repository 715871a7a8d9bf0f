"""Pausing and resuming: derived everywhere, written to no order."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from integrations.audit.models import AuditEvent
from integrations.connections.models import ApplicationEvent, Connection, Integration
from integrations.deliveries.models import Delivery, Lane, Pause
from integrations.deliveries.services import drain as draining
from integrations.deliveries.services import leasing, outbox, pauses, pausing, reaches
from integrations.deliveries.services.actors import Machine
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.holding import DrainOptions
from integrations.deliveries.services.lanes import lane_for
from integrations.deliveries.services.reaches import Reach
from integrations.deliveries.services.session import open_session
from integrations.deliveries.services.standing import Why, hold_of
from integrations.tenants.models import Tenant, User
from tests.deliveries.conftest import Connect, Push, Submit

pytestmark = pytest.mark.django_db(transaction=True)

KEY = Machine("API key Webshop (…1234)")
SCOPES = [
    "everything", "application", "integration", "integration of the tenant", "tenant",
    "tenant by staff", "connection",
]  # fmt: skip


def reach_over(connection: Connection, scope: str) -> Reach:
    tenant = connection.company.tenant
    integration = connection.integration
    return {
        "everything": reaches.everything(),
        "application": reaches.of_application(integration.application),
        "integration": reaches.of_integration(integration),
        "integration of the tenant": reaches.of_integration(integration, tenant),
        "tenant": reaches.of_tenant(tenant),
        "tenant by staff": reaches.of_tenant(tenant, by_staff=True),
        "connection": reaches.of_connection(connection),
    }[scope]


def due() -> list[int]:
    now = database_now()
    return outbox.lanes_due(now=now, token_until=now + timedelta(minutes=2), limit=10)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_paused_lane_is_not_leased_until_somebody_resumes(
    scope: str, connection: Connection, submit: Submit, member: User
) -> None:
    delivery = submit()
    reach = reach_over(connection, scope)
    assert due() == [delivery.lane_id]

    pausing.pause(reach, by=member, why="Stock-taking", now=database_now())

    assert due() == []
    held = hold_of(Connection.objects.get(pk=connection.pk), now=database_now())
    assert held is not None
    assert held.pause is not None
    assert (held.pause.by, held.pause.why) == (member, "Stock-taking")
    assert held.code == {
        "connection": Why.PAUSED,
        "tenant": Why.TENANT_PAUSED,
        "integration of the tenant": Why.INTEGRATION_PAUSED,
    }.get(scope, Why.STAFF_PAUSED)
    assert pausing.resume(reach, by=member, now=database_now())
    assert due() == [delivery.lane_id]
    assert not pausing.resume(reach, by=member, now=database_now())


@pytest.mark.parametrize("scope", [s for s in SCOPES if s != "everything"])
def test_a_pause_reaches_nobody_else(
    scope: str, connection: Connection, connect: Connect, submit: Submit, member: User
) -> None:
    """Another application's lane of another tenant goes on."""
    delivery = submit()
    application = connection.integration.application
    application.pk, application.slug, application.client_id = None, "other", "other"
    application.save()
    stranger = Tenant.objects.create(name="Granitt", slug="granitt")
    integration = Integration.objects.create(
        application=application, name="Other", slug="other", scopes="x"
    )
    theirs = connect("Fjordlys Sverige AB")
    Connection.objects.filter(pk=theirs.pk).update(integration=integration)
    theirs.company.tenant = stranger
    theirs.company.save()
    theirs.refresh_from_db()

    pausing.pause(reach_over(theirs, scope), by=member, now=database_now())

    assert due() == [delivery.lane_id]
    marks = {lane.pk: lane.is_paused for lane in pauses.marked(Lane.objects.all())}
    assert marks[delivery.lane_id] is False
    assert marks[lane_for(theirs).pk] is (scope != "connection") if theirs.pk in marks else True


def test_a_doubt_is_looked_up_though_all_is_paused(
    submit: Submit, push: Push, member: User
) -> None:
    delivery = submit()
    push()
    now = database_now()
    Delivery.objects.filter(pk=delivery.pk).update(
        state="uncertain", visma_number="", visma_type="", uncertain_at=now,
        quarantined_until=now, look_at=now, settled_at=None,
    )  # fmt: skip
    other = submit("WEB-2")
    pausing.pause(reaches.everything(), by=member, now=now)

    push()

    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, other.state) == ("delivered", "pending")


def test_a_drain_that_holds_the_lane_claims_no_more_after_its_next_renewal(
    submit: Submit, quick: DrainOptions, member: User
) -> None:
    delivery = submit()
    session = open_session(quick, threading.Event())
    leasing.lease(session)
    held = session.held[delivery.lane_id]
    before = held.claims

    pausing.pause(reaches.everything(), by=member, now=database_now())
    session.next_renewal = 0
    leasing.renew(session)

    assert (before, held.claims) == (True, False)
    assert quick.lease / leasing.RENEWALS_PER_LEASE <= timedelta(seconds=5)
    draining._end(session)


def test_pausing_twice_is_one_pause_and_each_act_is_audited(
    connection: Connection, member: User
) -> None:
    tenant, now = connection.company.tenant, database_now()
    mine, staffs = reaches.of_tenant(tenant), reaches.of_tenant(tenant, by_staff=True)

    first = pausing.pause(mine, by=KEY, why="  one\n two ", now=now)
    again = pausing.pause(mine, by=member, now=now)
    other = pausing.pause(staffs, by=member, now=now)

    assert (again, first.by_name, first.why) == (first, KEY.name, "one two")
    assert other != first
    assert pausing.resume(mine, by=member, now=now)
    assert hold_of(connection, now=now) is None  # it never had an order
    assert [row.pk for row in pauses.standing()] == [other.pk]
    assert [row.pk for row in pauses.lifted(9)] == [first.pk]
    events = AuditEvent.objects.filter(tenant=tenant).order_by("number")
    assert [event.verb for event in events] == ["tenant.paused", "tenant.paused", "tenant.resumed"]
    assert events[0].facts == {"reach": f"tenant:{tenant.pk}", "by_machine": KEY.name}
    assert events[2].personal == {"by": member.email}


def test_what_concerns_applications_is_written_into_their_chains(
    connection: Connection, staff: User
) -> None:
    for reach in (
        reaches.of_application(connection.integration.application),
        reaches.of_integration(connection.integration),
        reaches.everything(),
    ):
        pausing.pause(reach, by=staff, now=database_now())
        pausing.resume(reach, by=staff, now=database_now())

    verbs = ApplicationEvent.objects.order_by("number").values_list("verb", flat=True)
    assert list(verbs) == [
        f"{scope}.{ending}"
        for scope in ("application", "integration", "everything")
        for ending in ("paused", "resumed")
    ]
    assert not Pause.objects.standing().exists()
