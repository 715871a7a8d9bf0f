"""A lane whose answers get lost rests, longer each time, and then tries one order."""

from __future__ import annotations

from collections import Counter

import pytest

from integrations.deliveries.models import Delivery, Lane
from tests.deliveries.conftest import Push, Submit
from tests.sandbox_process import SandboxProcess

State = Delivery.State


@pytest.fixture(autouse=True)
def longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jitter draws the longest rest."""
    monkeypatch.setattr("random.uniform", lambda low, high: high)


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


def rest_of(lane: Lane) -> int:
    """Whole seconds from the last doubt to the end of the rest."""
    doubted_at = Delivery.objects.filter(state=State.UNCERTAIN).latest("uncertain_at").uncertain_at
    assert lane.rests_until is not None
    assert doubted_at is not None
    return round((lane.rests_until - doubted_at).total_seconds())


def test_three_lost_answers_in_a_row_are_one_setback(
    submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("status", on="*", method="POST", status=500, repeat=True)
    for n in range(8):
        submit(f"WEB-{n}")

    push()

    lane = Lane.objects.get()
    assert (lane.setbacks, rest_of(lane)) == (1, 2)
    assert states()[State.UNCERTAIN] in (3, 4)  # two were under way at the third


def test_after_its_rest_a_lane_tries_one_order_and_one_loss_sets_it_back_again(
    submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("status", on="*", method="POST", status=500, repeat=True)
    for n in range(4):
        submit(f"WEB-{n}")
    Lane.objects.update(setbacks=3)

    push()

    lane = Lane.objects.get()
    assert (lane.setbacks, rest_of(lane)) == (4, 16)
    assert states() == {State.UNCERTAIN: 1, State.PENDING: 3}


def test_an_order_that_passes_ends_the_setbacks(submit: Submit, push: Push) -> None:
    for n in range(4):
        submit(f"WEB-{n}")
    Lane.objects.update(setbacks=3)

    push()

    lane = Lane.objects.get()
    assert (lane.setbacks, lane.rests_until) == (0, None)
    assert states() == {State.DELIVERED: 4}
