"""Allowances that several drains draw on: no more is claimed than all of them together may send.

What is in flight is counted from the rows in ``sending``. Where little is left, drains claim one
after another: each holds the allowance's row until its claim is committed, and writes what an
answer told before its order leaves ``sending``. So every request is either counted there or was
taken off by Visma.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from django.db.models import Count, Q

from integrations.connections.services import quotas
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.allowances import Allowances
from integrations.deliveries.services.budgets import Budget
from integrations.deliveries.services.holding import HeldLane


def within(
    shares: list[tuple[HeldLane, int]], allowances: Allowances, *, now: datetime
) -> list[tuple[HeldLane, int]]:
    """Cut shares to what allowances let out. Belongs into the transaction of the claim."""
    allowances.heed(now)
    at = now.timestamp()
    scarce = {
        budget.heard.place: budget
        for lane, _ in shares
        for budget in lane.allowance.budgets
        if budget.is_scarce(at)
    }
    left = _left(list(scarce.values()), allowances, at) if scarce else {}
    cut = []
    for lane, count in shares:
        places = [one.heard.place for one in lane.allowance.budgets if one.heard.place in left]
        may = min([count, *(left[place] for place in places)])
        if lane.allowance.is_closed(now) or may <= 0:
            continue
        for place in places:
            left[place] -= may
        cut.append((lane, may))
    return cut


def _left(budgets: list[Budget], allowances: Allowances, at: float) -> dict[quotas.Place, int]:
    """What may be claimed of each, all drains' requests considered; its row stays locked."""
    companies = {(one.heard.place.application_id, one.heard.place.company_key) for one in budgets}
    rows = quotas.of_companies(companies).select_for_update().order_by("pk")
    allowances.absorb(map(quotas.from_row, rows))
    # A statement of its own: what was committed while the lock was waited for must be seen.
    begun = min(one.heard.window.began(at) for one in budgets)
    out = _in_flight({application for application, _ in companies}, companies, begun)
    left = {}
    for one in budgets:
        place, window = one.heard.place, one.heard.window
        window.roll(at)
        if window.remaining is not None:
            keys = (place.application_id, place.company_key)
            sending = out[keys] if place.company_key else _of_all(out, place.application_id)
            left[place] = window.remaining - sending - window.kept(at, allowances.reserve)
    return left


def _in_flight(
    applications: set[int], companies: set[tuple[int, str]], begun: float
) -> Counter[tuple[int, str]]:
    """Orders in ``sending`` by application and company.

    What a dead holder left there is spent, but for one whose lease lapsed before the window began.
    """
    keys = {key for _, key in companies}
    of_keys = Q() if "" in keys else Q(lane__company_key__in=keys)
    counted = (
        Delivery.objects.filter(
            of_keys,
            state=Delivery.State.SENDING,
            lane__connection__integration__application__in=applications,
            lane__leased_until__gt=datetime.fromtimestamp(begun, UTC),
        )
        .order_by()
        .values_list("lane__connection__integration__application_id", "lane__company_key")
        .annotate(Count("pk"))
    )
    return Counter({(application, key): count for application, key, count in counted})


def _of_all(out: Counter[tuple[int, str]], application: int) -> int:
    return sum(count for (of, _), count in out.items() if of == application)
