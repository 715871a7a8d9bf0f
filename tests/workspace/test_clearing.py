"""About when a queue is empty, told where somebody waits for it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection, Quota
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import clearing
from integrations.deliveries.services.lanes import lane_for
from integrations.tenants.models import Tenant
from tests.workspace.seeds import make_delivery


def limited(connection: Connection, **columns: Any) -> Quota:
    """Ten an hour, spent for the next 20 minutes."""
    now = timezone.now()
    usual = {
        "policy": "4-fixed-window", "limit": 10, "remaining": 0, "seconds": 3600, "seen_at": now,
        "resets_at": now + timedelta(minutes=20), "spent_until": now + timedelta(minutes=20),
    }  # fmt: skip
    return Quota.objects.create(
        application=connection.integration.application,
        company_key=connection.company.visma_key,
        **usual | columns,
    )


def waiting(connection: Connection, count: int) -> Delivery:
    return [make_delivery(connection) for _ in range(count)][-1]


def test_a_company_and_its_orders_tell_when_the_queue_clears(
    owner: Client, tenant: Tenant, connection: Connection
) -> None:
    quota, delivery = limited(connection), waiting(connection, 15)
    assert quota.resets_at is not None
    for address in (f"companies/{connection.pk}/", f"orders/{delivery.pk}/"):
        page = owner.get(f"/t/fjordlys/{address}").content.decode()
        (told,) = re.findall(r'The queue clears at about <time datetime="([^"]+)"', page)
        # Ten go out in the next window, five in the one after.
        at = quota.resets_at + timedelta(hours=1)
        assert abs(datetime.fromisoformat(told) - at) < timedelta(seconds=5)
        assert ("It ends by itself at" in page) is address.startswith("orders")


@pytest.mark.parametrize("columns", [{"paused_at": timezone.now()}, {"confirmed_at": None}])
def test_what_somebody_holds_up_clears_at_no_known_time(
    owner: Client, connection: Connection, columns: dict[str, Any]
) -> None:
    limited(connection)
    waiting(connection, 15)
    Connection.objects.filter(pk=connection.pk).update(**columns)

    page = owner.get(f"/t/fjordlys/companies/{connection.pk}/").content.decode()

    assert "The queue clears" not in page


def test_a_queue_that_clears_in_a_moment_is_not_worth_a_word(
    owner: Client, connection: Connection
) -> None:
    waiting(connection, 3)

    page = owner.get(f"/t/fjordlys/companies/{connection.pk}/").content.decode()

    assert "The queue clears" not in page


def test_goes_by_how_fast_orders_went(connection: Connection) -> None:
    now = timezone.now()
    for number in range(41):
        done = make_delivery(connection, "delivered")
        Delivery.objects.filter(pk=done.pk).update(
            settled_at=now - timedelta(seconds=number * 0.05)
        )
    waiting(connection, 40)

    clears = clearing.clears_at(lane_for(connection), now=now)

    assert clears is not None
    assert (clears.at - now).total_seconds() == pytest.approx(2.0, rel=0.05)


def test_foretells_nothing_without_a_queue(connection: Connection) -> None:
    assert clearing.clears_at(lane_for(connection), now=timezone.now()) is None
