"""What waited for a repair goes out slowly at first, so that a second fault meets few."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import lanes
from integrations.deliveries.services.clock import database_now
from tests.deliveries.conftest import Push, Submit
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 0.5  # that Visma takes for an order


def waves(sandbox: SandboxProcess) -> list[int]:
    """How many orders reached Visma together, wave by wave."""
    posts = sandbox.requests(kind="salesorders.post")
    times = [float(one["at"]) for one in posts if one["reference"] != "NH-WEB-0"]
    sizes = [1]
    for earlier, later in pairwise(sorted(times)):
        if later - earlier > SECONDS / 2:
            sizes.append(0)
        sizes[-1] += 1
    return sizes


def push_all(push: Push, submit: Submit, sandbox: SandboxProcess) -> None:
    # The allowance is known from an order before.
    submit("WEB-0")
    push()
    for number in range(1, 16):
        submit(f"WEB-{number}")
    sandbox.fault("slow", seconds=SECONDS, repeat=True)
    push(slots_per_lane=8)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_after_a_repair_orders_go_out_by_one_two_four_eight(
    connection: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    connection.repaired_at = database_now()
    connection.save()

    push_all(push, submit, at_sandbox)

    assert waves(at_sandbox) == [1, 2, 4, 8]


def test_a_lane_that_was_well_all_along_uses_all_its_slots(
    connection: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    lanes.lane_for(connection)
    Lane.objects.update(slots=8)

    push_all(push, submit, at_sandbox)

    assert waves(at_sandbox) == [8, 7]


def test_a_lane_that_was_shut_counts_as_repaired(connection: Connection, submit: Submit) -> None:
    submit()
    lanes.shut(Lane.objects.get().pk, because="answer 403", now=database_now())
    Connection.objects.update(proven_at=database_now() + timedelta(seconds=1))

    assert lanes.open_proven() == 1

    connection.refresh_from_db()
    assert connection.repaired_at == connection.proven_at
