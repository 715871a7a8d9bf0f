"""Orders claimed before there is a slot for them go out in turn, or back as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.services.holding import DrainOptions
from tests.deliveries.conftest import Push, Submit
from tests.deliveries.test_trouble import draining
from tests.deliveries.workers import until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State, Ending = Delivery.State, Attempt.Ending
ONE_SLOT = {"slots": 1, "slots_per_lane": 8}


def posts(sandbox: SandboxProcess) -> int:
    return int(sandbox.control("GET", "requests?kind=salesorders.post")["count"])


def test_goes_out_as_slots_get_free(submit: Submit, push: Push, at_sandbox: SandboxProcess) -> None:
    for n in range(9):
        submit(f"WEB-{n}")

    push(**ONE_SLOT)

    assert Delivery.objects.filter(state=State.DELIVERED, attempt=1).count() == 9
    assert posts(at_sandbox) == 9


@pytest.mark.parametrize("fault", ["unauthorized", "throttle"])
def test_goes_back_unsent_when_the_lane_may_send_no_more(
    fault: str, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault(fault, seconds=30)
    first, second = submit("WEB-1"), submit("WEB-2")

    push(**ONE_SLOT)

    assert posts(at_sandbox) == 1
    assert [a.ending for a in first.attempts.all()] == [Ending.ANSWERED]
    assert [a.ending for a in second.attempts.all()] == [Ending.WITHDRAWN]
    second.refresh_from_db()
    assert (second.state, second.epoch, second.charged) == (State.PENDING, None, 0)


def test_goes_back_unsent_when_asked_to_stop(
    submit: Submit, quick: DrainOptions, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("slow", seconds=1)
    submit("WEB-1")
    second = submit("WEB-2")

    with draining(replace(quick, **ONE_SLOT)):  # type: ignore[arg-type]  # whole numbers
        until(lambda: Delivery.objects.filter(state=State.SENDING).count() == 2)

    second.refresh_from_db()
    assert (second.state, second.attempts.get().ending) == (State.PENDING, Ending.WITHDRAWN)
    assert posts(at_sandbox) == 1


def test_is_never_sent_once_another_holds_the_lane(
    submit: Submit, quick: DrainOptions, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("slow", seconds=2)
    submit("WEB-1")
    second = submit("WEB-2")

    with draining(replace(quick, lease=timedelta(seconds=3), **ONE_SLOT)):  # type: ignore[arg-type]  # whole numbers
        until(lambda: Delivery.objects.filter(state=State.SENDING).count() == 2)
        lane = Lane.objects.get()
        Lane.objects.update(epoch=lane.epoch + 1, leased_until=lane.leased_until + timedelta(60))
        until(lambda: Delivery.objects.filter(state=State.DELIVERED).exists())

    second.refresh_from_db()
    assert second.attempts.get().ending == Ending.WITHDRAWN
    assert posts(at_sandbox) == 1
