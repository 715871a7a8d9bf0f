"""What may be done with an order in its status."""

from __future__ import annotations

from sandbox.http import problem
from sandbox.salesorders.problems import Refused
from sandbox.salesorders.store import Order
from sandbox.switches import Switches

STATUSES = ("Open", "Hold", "BackOrder", "Cancelled", "Completed")
EVERY_STATUS = (
    *STATUSES,
    "CreditHold",
    "PendingApproval",
    "Shipping",
    "Invoiced",
    "Voided",
)
CHANGEABLE = frozenset({"Open", "Hold", "BackOrder", "CreditHold", "PendingApproval"})
DELETABLE = CHANGEABLE | {"Cancelled"}
NEXT = {
    "Open": {"Hold", "BackOrder", "Cancelled", "Completed"},
    "Hold": {"Open", "Cancelled"},
    "BackOrder": {"Open", "Hold", "Cancelled", "Completed"},
    "CreditHold": {"Open", "Hold", "Cancelled"},
    "PendingApproval": {"Hold", "Cancelled"},
    "Cancelled": {"Open", "Hold"},
    "Completed": {"Open"},
}


def known_status(given: str) -> str | None:
    """The status that a change may ask for, in any letter case."""
    return next((one for one in STATUSES if one.lower() == given.lower()), None)


def check_changeable(order: Order, switches: Switches) -> None:
    """Raises Refused when the order is past changing."""
    if order.status not in CHANGEABLE:
        raise _not_in_this_state(order, switches)


def check_deletable(order: Order, switches: Switches) -> None:
    """Raises Refused when the order is past deleting."""
    if order.status not in DELETABLE:
        raise _not_in_this_state(order, switches)


def check_next(order: Order, status: str, switches: Switches) -> None:
    """Raises Refused when the order can't go to the status from its own."""
    if switches.status_changes == "any" or status == order.status:
        return
    if status not in NEXT.get(order.status, ()):
        raise _not_in_this_state(order, switches)


def _not_in_this_state(order: Order, switches: Switches) -> Refused:
    return Refused(
        problem(switches.closed_order, f"The order is {order.status}; this can't be done to it.")
    )
