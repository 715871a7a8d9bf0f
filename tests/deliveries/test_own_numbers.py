"""Orders that bring a number of ours: given once, asked for before every repeat."""

from __future__ import annotations

import json
from datetime import timedelta
from time import monotonic

import pytest
from pytest_django import Settings

from integrations.connections.models import Connection, Grant, Integration
from integrations.connections.services import own_numbers
from integrations.deliveries.models import Attempt, Delivery, Lane, OwnNumber
from integrations.deliveries.services import decisions
from integrations.deliveries.services.clock import database_now
from integrations.tenants.models import Tenant, User
from tests.deliveries.conftest import Push, Submit
from tests.deliveries.ways import (
    POST,
    READ,
    connect_over,
    order_at_visma,
    set_addresses,
)
from tests.sandbox_process import SandboxProcess

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending


@pytest.fixture(params=["v3", "vni"])
def numbered(
    request: pytest.FixtureRequest,
    integration: Integration,
    tenant: Tenant,
    staff: User,
    at_sandbox: SandboxProcess,
    settings: Settings,
) -> Connection:
    """A connection over each route that numbers its orders from NH000001 on."""
    set_addresses(settings, at_sandbox)
    connection: Connection = (
        request.getfixturevalue("connection")
        if request.param == "v3"
        else connect_over(request.param, integration, tenant, at_sandbox)
    )
    own_numbers.switch_on(connection, prefix="NH", by=staff, now=database_now())
    connection.refresh_from_db()
    return connection


@pytest.fixture
def until_settled(push: Push):
    """Drain after drain until nothing is on its way, for a few seconds at most."""

    def drained(seconds: float = 8, **changes: timedelta) -> None:
        end = monotonic() + seconds
        on_the_way = Delivery.objects.filter(state__in=("pending", "sending", "uncertain"))
        while on_the_way.exists() and monotonic() < end:
            push(**({"idle": timedelta(milliseconds=150)} | changes))

    return drained


def route_of(connection: Connection) -> str:
    return str(connection.integration.route)


def reads(connection: Connection, sandbox: SandboxProcess) -> int:
    return len(sandbox.requests(kind=READ[route_of(connection)]))


def posts(connection: Connection, sandbox: SandboxProcess) -> int:
    return len(sandbox.requests(kind=POST[route_of(connection)]))


def test_orders_get_the_numbers_of_the_series(
    numbered: Connection, submit: Submit, push: Push
) -> None:
    deliveries = [submit(f"WEB-{number}", to=numbered) for number in range(3)]

    push()

    for delivery, number in zip(deliveries, ("NH000001", "NH000002", "NH000003"), strict=True):
        delivery.refresh_from_db()
        assert (delivery.state, delivery.visma_number) == (State.DELIVERED, number)
        assert delivery.own_number.number == number
    numbered.refresh_from_db()
    assert numbered.next_number == 4


def test_without_the_option_no_order_brings_a_number(
    numbered: Connection, staff: User, submit: Submit, push: Push
) -> None:
    own_numbers.switch_off(numbered, by=staff, now=database_now())
    delivery = submit("WEB-1", to=numbered)

    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "000001")
    assert not OwnNumber.objects.exists()


def test_a_lost_answer_is_found_by_the_number_alone(
    numbered: Connection, submit: Submit, until_settled, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("commit_then_drop", POST[route_of(numbered)])
    delivery = submit("WEB-1", to=numbered)

    until_settled()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "NH000001")
    assert [look.finding for look in delivery.looks.all()] == ["hit"]
    assert (reads(numbered, at_sandbox), posts(numbered, at_sandbox)) == (1, 1)


def test_nothing_is_repeated_before_the_number_was_read(
    numbered: Connection, submit: Submit, push: Push, until_settled, at_sandbox: SandboxProcess
) -> None:
    """A 403 is the company's affair; the order's next attempt still asks for its number first."""
    at_sandbox.fault("status", POST[route_of(numbered)], status=403)
    delivery = submit("WEB-1", to=numbered)
    push()
    assert reads(numbered, at_sandbox) == 0
    Lane.objects.update(shut_at=None)

    until_settled()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "NH000001")
    assert (delivery.attempts.count(), delivery.charged) == (2, 0)
    assert [look.finding for look in delivery.looks.all()] == ["miss"]
    assert (reads(numbered, at_sandbox), posts(numbered, at_sandbox)) == (1, 2)
    assert at_sandbox.verdict()["orders"] == 1


def test_a_refusal_is_written_once_the_number_is_known_to_be_free(
    numbered: Connection, submit: Submit, until_settled, at_sandbox: SandboxProcess
) -> None:
    body = {
        "salesorder-v3": {"details": [{"code": "1804-InventoryIdNotFound", "message": "No"}]},
        "erp-v1": {"message": "Inventory item not found"},
    }[route_of(numbered)]
    at_sandbox.fault(
        "status", POST[route_of(numbered)], status=400, body=json.dumps(body),
        content_type="application/json",
    )  # fmt: skip
    delivery = submit("WEB-1", to=numbered)

    until_settled(seconds=3)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.charged) == (State.REJECTED, 0)
    assert (reads(numbered, at_sandbox), delivery.attempts.count()) == (1, 1)


def test_a_strangers_order_under_the_number_is_for_a_person_and_then_gets_the_next(
    numbered: Connection, submit: Submit, staff: User, until_settled, at_sandbox: SandboxProcess
) -> None:
    order_at_visma(at_sandbox, "OTHER-1", number="NH000001")
    delivery = submit("WEB-1", to=numbered)

    until_settled()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.PARKED, Reason.NUMBER_TAKEN)
    assert at_sandbox.verdict()["orders"] == 1

    decisions.resend(delivery, by=staff, now=database_now())
    until_settled()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "NH000002")
    assert OwnNumber.objects.get().number == "NH000002"


def test_absence_is_proven_by_whole_lists_while_it_is_unknown_whether_repeats_are_refused(
    numbered: Connection, submit: Submit, until_settled, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("drop_before_commit", POST[route_of(numbered)])
    delivery = submit("WEB-1", to=numbered)

    until_settled()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "NH000001")
    first = delivery.attempts.all()[0]
    looks = list(delivery.looks.all())
    assert not looks[0].whole
    assert first.ended_at is not None
    after = [look for look in looks if look.begun_at >= first.ended_at + timedelta(seconds=1)]
    assert [look.whole for look in after] == [True, True]


def test_a_number_that_is_not_there_ends_the_quarantine_where_repeats_are_refused(
    numbered: Connection, submit: Submit, until_settled, at_sandbox: SandboxProcess
) -> None:
    Connection.objects.update(repeats_refused_at=database_now())
    at_sandbox.fault("drop_before_commit", POST[route_of(numbered)])
    delivery = submit("WEB-1", to=numbered)

    until_settled(
        quarantine=timedelta(minutes=3), erp_quarantine=timedelta(minutes=5),
        read_lag=timedelta(milliseconds=10),
    )  # fmt: skip

    delivery.refresh_from_db()
    assert (delivery.state, delivery.charged) == (State.DELIVERED, 1)
    assert delivery.looks.filter(whole=True).count() == 0
    first, second = delivery.attempts.all()
    assert first.ended_at is not None
    assert second.opened_at - first.ended_at >= timedelta(milliseconds=10)


def test_a_late_commit_after_a_short_quarantine_makes_no_second_order(
    numbered: Connection, submit: Submit, until_settled, at_sandbox: SandboxProcess
) -> None:
    """The repeat is refused for its number, and what the first attempt made is found."""
    Connection.objects.update(repeats_refused_at=database_now())
    at_sandbox.fault("commit_late", POST[route_of(numbered)], seconds=1)
    at_sandbox.fault("slow", POST[route_of(numbered)], seconds=2, commit=False, skip=1)
    delivery = submit("WEB-1", to=numbered)

    until_settled(read_lag=timedelta(milliseconds=10))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "NH000001")
    assert at_sandbox.verdict()["orders"] == 1


def test_a_company_that_refuses_a_repeated_number_is_remembered(
    numbered: Connection, submit: Submit, push: Push, until_settled, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("commit_then_drop", POST[route_of(numbered)])
    delivery = submit("WEB-1", to=numbered)
    push(first_look=timedelta(seconds=60))
    # As if every look had missed it: it is sent again, and refused.
    Delivery.objects.update(state=State.PENDING, quarantined_until=None, look_at=None)
    OwnNumber.objects.update(read_after=1)

    until_settled()

    delivery.refresh_from_db()
    numbered.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "NH000001")
    assert numbered.repeats_refused_at is not None
    assert at_sandbox.verdict()["orders"] == 1


def test_the_number_stays_when_the_route_changes_and_when_numbering_ends(
    connection: Connection, staff: User, submit: Submit, push: Push, at_sandbox: SandboxProcess,
    settings: Settings,
) -> None:  # fmt: skip
    set_addresses(settings, at_sandbox)
    own_numbers.switch_on(connection, prefix="NH", by=staff, now=database_now())
    at_sandbox.fault("status", status=403)
    delivery = submit("WEB-1", to=connection)
    push()
    own_numbers.switch_off(connection, by=staff, now=database_now())
    Integration.objects.update(route="erp-v1")
    token = at_sandbox.token(
        "isv_nordhandel_service", connection.company.visma_key,
        scopes=["vismanet_erp_service_api:read", "vismanet_erp_service_api:create"],
    )  # fmt: skip
    grant = Grant.objects.get()
    grant.sealed_access_token = grant.sealed("access_token", token)
    grant.save()
    Lane.objects.update(shut_at=None)

    for _ in range(3):
        push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_number) == (State.DELIVERED, "NH000001")
    assert [a.route for a in delivery.attempts.all()] == ["salesorder-v3", "erp-v1"]


def test_a_prefix_belongs_to_one_connection_of_a_company(
    connection: Connection, staff: User, integration: Integration
) -> None:
    first, now = connection, database_now()
    own_numbers.switch_on(first, prefix="NH", by=staff, now=now)
    integration.pk, integration.slug = None, "another"
    integration.save()
    second = Connection.objects.create(integration=integration, company=first.company)

    with pytest.raises(own_numbers.PrefixTaken):
        own_numbers.switch_on(second, prefix="NH", by=staff, now=now)
    for prefix in ("", "nh", "TOOLONG", "A B", "Å"):
        with pytest.raises(ValueError, match="prefix"):
            own_numbers.switch_on(second, prefix=prefix, by=staff, now=now)
    own_numbers.switch_on(second, prefix="NHB", by=staff, now=now)
