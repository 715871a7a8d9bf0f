"""Over which routes orders go out: the others are held, and say so."""

from __future__ import annotations

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import outbox
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.holding import TOKEN_RESERVE
from integrations.deliveries.services.standing import Held, Why, why_held
from tests.deliveries.conftest import Push, Submit
from tests.sandbox_process import SandboxProcess


def lanes_due() -> list[int]:
    now = database_now()
    return outbox.lanes_due(now=now, token_until=now + TOKEN_RESERVE, limit=9)


def test_orders_over_the_erp_api_are_held_and_go_out_after_a_switch_of_route(
    connection: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    integration = connection.integration
    integration.route = "erp-v1"
    integration.save()
    delivery = submit("WEB-1")

    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt) == (Delivery.State.PENDING, 0)
    assert lanes_due() == []
    loaded = Delivery.objects.select_related(
        "lane__connection__grant", "lane__connection__company", "lane__connection__integration"
    ).get(pk=delivery.pk)
    assert why_held(loaded, now=database_now()) == Held(Why.ROUTE)

    integration.route = "salesorder-v3"
    integration.save()
    push()

    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.DELIVERED
    assert at_sandbox.verdict()["orders"] == 1


def test_what_a_dead_worker_left_is_flipped_and_not_looked_up_over_another_route(
    connection: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    delivery = submit("WEB-1")
    Delivery.objects.update(state="sending", attempt=1, epoch=0)
    connection.integration.route = "erp-v1"
    connection.integration.save()

    push()

    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.UNCERTAIN
    assert at_sandbox.requests(kind="salesorders.list") == []
