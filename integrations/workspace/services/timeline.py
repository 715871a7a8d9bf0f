"""What happened to one order, in order: accepted, sent, looked up, decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n
from django.utils.translation import ngettext

from integrations.audit.models import AuditEvent
from integrations.connections.models.applications import Route
from integrations.deliveries.models import Attempt, Delivery, Look
from integrations.deliveries.services.holding import quarantine_over
from integrations.orders.models import SalesOrder
from integrations.workspace.services.durations import in_words

State, Ending, Finding = Delivery.State, Attempt.Ending, Look.Finding
MOST_SHOWN = 200  # of attempts and of looks; the newest
LONGEST_TEXT = 6000
SHORTEST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, as ``parts/timeline_entry.html`` takes it."""

    at: datetime
    state: str
    what: str
    text: str = ""
    waited: bool = False
    fold: str = ""
    fold_meta: str = ""
    request: str = ""
    answer: str = ""


def entries(delivery: Delivery, attempts: list[Attempt], looks: list[Look]) -> list[Entry]:
    """Oldest first. A long wait after an entry is marked on it."""
    found = [_accepted(delivery.order)]
    for attempt in attempts:
        found += _of_attempt(delivery, attempt)
    found += [_of_look(delivery, look) for look in looks]
    found += _rehearsed(delivery)
    found += _by_people(delivery)
    found += _outcome(delivery)
    found.sort(key=lambda entry: entry.at)
    return [*_with_waits(found)]


def attempts_of(delivery: Delivery) -> list[Attempt]:
    return list(delivery.attempts.order_by("-number")[:MOST_SHOWN])[::-1]


def looks_of(delivery: Delivery) -> list[Look]:
    return list(delivery.looks.order_by("-pk")[:MOST_SHOWN])[::-1]


def _with_waits(found: list[Entry]) -> Iterator[Entry]:
    for entry, following in pairwise(found):
        yield replace(entry, waited=following.at - entry.at > SHORTEST_WAIT)
    yield from found[-1:]


def _accepted(order: SalesOrder) -> Entry:
    sources = {
        SalesOrder.Source.API: _("It came over the API. Stored as it was."),
        SalesOrder.Source.FILE: _("It came in a file. Stored as it was."),
    }
    text = sources.get(SalesOrder.Source(order.source), "")
    return Entry(order.submitted_at, "accepted", _("Accepted"), text)


# Ending → shape, what, text.
_ENDED = {
    Ending.OPEN: (
        "sending", n("Attempt %(number)d is under way"),
        n("Sent to Visma.net. The answer is still to come."),
    ),
    Ending.GATE: (
        "waits", n("Attempt %(number)d: nothing was sent"),
        n("No connection came about, so nothing of it can be in Visma.net. It goes out again."),
    ),
    Ending.WITHDRAWN: (
        "waits", n("Attempt %(number)d was taken back"), n("Nothing of it had left us."),
    ),
    Ending.UNKNOWN: (
        "uncertain", n("Attempt %(number)d: the answer was lost"),
        n("It was sent, but no whole answer came back. The order became uncertain."),
    ),
}  # fmt: skip
_ANSWERED: dict[int, tuple[str, str, str]] = {
    401: (
        "held", n("Attempt %(number)d: Visma.net wants a new access"),
        n("Nothing was taken. It goes out again with a new one."),
    ),
    429: (
        "held", n("Attempt %(number)d: Visma.net asks us to wait"),
        n("The allowance of calls was used up. Nothing was taken."),
    ),
}  # fmt: skip
_REFUSED = (
    "refused", n("Attempt %(number)d: Visma.net refused the order"),
    n("It holds nothing of it."),
)  # fmt: skip
_NOT_LET_IN = (
    "held", n("Attempt %(number)d: Visma.net did not let us in"),
    n("The answer is about the company or the access, so we look at those first."),
)  # fmt: skip
_TAKEN = "passed", n("Attempt %(number)d: Visma.net took the order"), ""


def _of_attempt(delivery: Delivery, attempt: Attempt) -> list[Entry]:
    state, what, text = _said_of(attempt)
    number = f"{attempt.visma_type} {attempt.visma_number}".strip()
    answered = _("As %(number)s.") % {"number": number} if number else ""
    sent = attempt.ending not in (Ending.GATE, Ending.WITHDRAWN)
    entry = Entry(
        attempt.opened_at,
        state,
        _(what) % {"number": attempt.number},
        answered or _(text),
        fold=_("Request and answer") if sent else _("What happened"),
        fold_meta=_meta(attempt),
        request=_request(delivery) if sent else _("Nothing left us."),
        answer=_answer(attempt),
    )
    if attempt.ending != Ending.UNKNOWN or attempt.ended_at is None:
        return [entry]
    return [entry, _quarantine(delivery, attempt, attempt.ended_at)]


def _said_of(attempt: Attempt) -> tuple[str, str, str]:
    ending = Ending(attempt.ending)
    if ending != Ending.ANSWERED:
        return _ENDED[ending]
    status = attempt.status or 0
    if status == 201:
        return _TAKEN
    if status in (413, 422) or (status == 400 and _is_about_order(attempt)):
        return _REFUSED
    return _ANSWERED.get(status, _NOT_LET_IN)


def _is_about_order(attempt: Attempt) -> bool:
    """A 400 may be about the order, or about the way to the company; either API says it its way."""
    if attempt.route == Route.ERP_V1:
        return attempt.answer.lower().lstrip().startswith('{"message"')
    return '"details"' in attempt.answer


def _quarantine(delivery: Delivery, attempt: Attempt, ended_at: datetime) -> Entry:
    until = ended_at + quarantine_over(attempt.route)
    if delivery.attempt == attempt.number and delivery.quarantined_until:
        until = delivery.quarantined_until
    length = in_words(until - ended_at)
    return Entry(
        ended_at,
        "pending",
        _("Quarantine, %(length)s") % {"length": length},
        _("Long enough for Visma.net to finish what it had begun. Nothing is sent meanwhile."),
    )


_FOUND: dict[str, tuple[str, str]] = {
    Finding.HIT: (
        n("Looked up: there it is"),
        n("One order with the same reference, buyer and total. So nothing was sent twice."),
    ),
    Finding.MISS: (n("Looked up: not there"), n("No order carries the reference.")),
    Finding.DIFFERS: (
        n("Looked up: one that differs"),
        n("An order carries the reference, but its buyer or total is another."),
    ),
    Finding.SEVERAL: (
        n("Looked up: several"), n("More than one order carries the reference."),
    ),
    Finding.FAILED: (
        n("Could not be looked up"), n("Visma.net could not be asked. Nothing is sent meanwhile."),
    ),
}  # fmt: skip


def _of_look(delivery: Delivery, look: Look) -> Entry:
    what, text = _FOUND[look.finding]
    rows = ngettext("%(count)s order read", "%(count)s orders read", look.rows_read) % {
        "count": number_format(look.rows_read, force_grouping=True)
    }
    kind = _("all orders of the company") if look.whole else _("this buyer’s orders")
    return Entry(
        look.begun_at,
        "looking" if look.finding in (Finding.HIT, Finding.MISS) else "uncertain",
        _(what),
        _(text),
        fold=_("The look"),
        fold_meta=f"{rows} · {kind}",
        request="GET /api/v3/SalesOrders",
        answer=look.numbers or (str(look.status or "")),
    )


_REHEARSED: dict[str, str] = {
    Finding.HIT: n("It is in Visma.net already, so it will not be sent before you decide."),
    Finding.DIFFERS: n("Visma.net has another order with its reference. You will be asked."),
    Finding.SEVERAL: n("Visma.net has several orders with its reference. You will be asked."),
}


def _rehearsed(delivery: Delivery) -> list[Entry]:
    """Shadow mode: what would have been sent."""
    if delivery.rehearsed_at is None:
        return []
    text = _REHEARSED.get(delivery.rehearsal, n("Everything stood the test. Nothing was sent."))
    return [
        Entry(
            delivery.rehearsed_at,
            "looking",
            _("Built, checked and looked up in shadow mode"),
            _(text),
            fold=_("What would be sent"),
            request=format_html("{}\n\n{}", _("Not sent. It would be:"), _request(delivery)),
            answer=_("Nothing was sent, so it said nothing."),
        )
    ]


def _by_people(delivery: Delivery) -> Iterator[Entry]:
    """What somebody decided; read from the tenant's audit chain."""
    verbs = {
        "delivery.cancelled": ("cancelled", _("%(by)s pressed Cancel")),
        "delivery.resent": ("pending", _("%(by)s pressed Send again")),
        "delivery.paused": ("held", _("%(by)s pressed Pause")),
        "delivery.resumed": ("pending", _("%(by)s pressed Resume")),
        "delivery.prioritized": ("pending", _("%(by)s changed how soon it goes out")),
        "delivery.decided": ("passed", _("%(by)s entered the number in Visma.net")),
        "delivery.decided_absent": ("pending", _("%(by)s said that it is not in Visma.net")),
    }
    events = AuditEvent.objects.filter(
        tenant=delivery.lane.connection.company.tenant_id,
        verb__in=verbs,
        facts__delivery=delivery.pk,
    )
    for event in events[:MOST_SHOWN]:
        state, what = verbs[event.verb]
        by = event.personal.get("by") or event.facts.get("by_machine") or _("Somebody")
        yield Entry(event.at, state, what % {"by": by})


def _outcome(delivery: Delivery) -> list[Entry]:
    if delivery.settled_at is None:
        return []
    took = in_words(delivery.settled_at - delivery.order.submitted_at)
    number = f"{delivery.visma_type} {delivery.visma_number}"
    match delivery.state:
        case State.DELIVERED:
            what = _("Delivered as %(number)s") % {"number": number}
            text = str(capfirst(_("%(took)s after it was accepted.") % {"took": took}))
        case State.REJECTED:
            what, text = _("It needs a correction"), _("It is not sent again by itself.")
        case State.PARKED:
            what, text = _("It needs a decision"), _("Nothing is sent before that.")
        case State.CANCELLED:
            what, text = _("Cancelled"), _("Nothing of it is in Visma.net.")
        case _:
            return []
    return [Entry(delivery.settled_at, delivery.state, what, text)]


def _meta(attempt: Attempt) -> str:
    parts = [str(attempt.status)] if attempt.status else []
    if attempt.ended_at is not None:
        parts.append(in_words(attempt.ended_at - attempt.opened_at, exact=True))
    return " · ".join(parts)


def _request(delivery: Delivery) -> SafeString:
    """What went out, without what opens the door."""
    try:
        body = json.dumps(json.loads(delivery.payload), indent=2, ensure_ascii=False)
    except ValueError:
        body = delivery.payload
    return format_html(
        'POST /api/v3/SalesOrders\nauthorization: <span class="redacted">{}</span>\n\n{}',
        _("redacted"),
        _cut(body),
    )


def _answer(attempt: Attempt) -> str:
    if attempt.answered_at is None:
        return attempt.fault or _("No answer.")
    lines = [str(attempt.status)]
    if attempt.visma_number:
        lines.append(f"Location: …/{attempt.visma_type}/{attempt.visma_number}")
    if attempt.fault:
        lines.append(attempt.fault)
    return _cut("\n".join([*lines, *([""] if attempt.answer else []), attempt.answer]).strip())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}\n…"
