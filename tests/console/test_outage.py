"""What staff and monitors see while one of Visma's hosts is down."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.deliveries.models import Lane
from integrations.deliveries.services import breakers
from tests.workspace.seeds import make_delivery


def test_staff_see_which_host_does_not_answer_and_why(staff_client: Client) -> None:
    now = timezone.now()
    breakers.open_breaker("salesorder.visma.test", failing_since=now, cause="HTTP 503", now=now)

    page = staff_client.get("/console/").content.decode()

    assert "salesorder.visma.test does not answer" in page
    assert "(HTTP 503). Its orders wait, and cost no attempt." in page


def test_what_waits_for_a_host_that_is_down_is_no_backlog_of_ours(connection: Connection) -> None:
    now = timezone.now()
    make_delivery(connection, due_at=now - timedelta(minutes=3))
    assert Client().get("/readyz").json()["orders"] == "not ok"

    origin = breakers.origin_of_lane(Lane.objects.get())
    breakers.open_breaker(origin, failing_since=now, cause="HTTP 503", now=now)

    assert Client().get("/readyz").json()["orders"] == "ok"
