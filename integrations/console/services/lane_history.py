"""What was last tried and looked up in one lane."""

from __future__ import annotations

from itertools import chain

from integrations.deliveries.models import Attempt, Delivery, Lane, Look

OF_EACH_STATE, SHOWN = 20, 20


def newest_of(lane: Lane) -> tuple[list[Attempt], list[Look]]:
    """The newest attempts and looks among the newest orders of each state.

    By way of the orders, since an index leads to these however old and long the lane is.
    """
    newest = list(
        chain.from_iterable(
            Delivery.objects.filter(lane=lane, state=state)
            .order_by("-pk")
            .values_list("pk", flat=True)[:OF_EACH_STATE]
            for state in Delivery.State.values
        )
    )
    attempts = Attempt.objects.filter(delivery__in=newest).select_related("delivery__order")
    looks = Look.objects.filter(delivery__in=newest).select_related("delivery__order")
    return list(attempts.order_by("-opened_at", "-pk")[:SHOWN]), list(
        looks.order_by("-begun_at", "-pk")[:SHOWN]
    )
