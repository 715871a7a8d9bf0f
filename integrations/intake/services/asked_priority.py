"""The one member of a submission that is not part of the order: how soon it is to go out."""

from __future__ import annotations

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.urgency import WORDS
from integrations.orders.services.faults import Fault, fault

MEMBER = "priority"


def taken_out(raw: object) -> tuple[object, Delivery.Priority | None, list[Fault]]:
    """The order without its priority, the priority if it names one, and what is wrong with that.

    The order is the same order whatever its priority, so this stays out of its content.
    """
    if not isinstance(raw, dict) or MEMBER not in raw:
        return raw, None, []
    order = {name: value for name, value in raw.items() if name != MEMBER}
    word = raw[MEMBER]
    if word is None:
        return order, None, []
    if isinstance(word, str) and word.lower() in WORDS:
        return order, WORDS[word.lower()], []
    return order, None, [fault(f"/{MEMBER}", "not-a-priority", word)]
