"""What, who and how: why an order waits, why it needs a person, what Visma had against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.standing import Held, Why

Reason = Delivery.Reason


@dataclass(frozen=True, slots=True)
class Words:
    """In the reader's language. ``short`` is for a list, ``heading`` answers the page."""

    short: str
    heading: str
    what: str
    who: str
    how: str


_NOBODY = n("Nobody: it mends itself.")
_OWNER = n("You, or another owner of the workspace.")
_LOOKER = n("Somebody who can look in Visma.net.")

_HELD: dict[str, tuple[str, str, str, str, str]] = {
    Why.ORDER_PAUSED: (
        n("Paused"), n("Paused by one of you"),
        n("This order is held back. It is kept, and nothing of it is in Visma.net."),
        _OWNER, n("Press Resume, and it goes out."),
    ),
    Why.BEHIND: (
        n("Waits for another order"), n("Waits for an earlier order of the same buyer"),
        n("Orders of one buyer go to %(company)s one after the other, in the order they came in."),
        n("Nobody, unless the earlier order itself needs somebody."),
        n("It goes out as soon as the earlier one is in Visma.net."),
    ),
    Why.SHADOW: (
        n("Shadow mode"), n("Not sent: %(company)s is in shadow mode"),
        n("We build each order, check it and look it up in Visma.net, and send nothing."),
        _OWNER, n("Open the company and end shadow mode. Then it is looked up once more and sent."),
    ),
    Why.DISCONNECTED: (
        n("Not connected"), n("Waits until %(company)s is connected again"),
        n("%(company)s was disconnected. The order is kept."),
        _OWNER, n("Open the company and press Connect again."),
    ),
    Why.CHECKING: (
        n("Being checked"), n("Waits while we check %(company)s"),
        n("The connection is new or was renewed, and we read in %(company)s before we send."),
        _NOBODY, n("Wait a minute."),
    ),
    Why.BROKEN: (
        n("The connection needs you"), n("Waits: the connection to %(company)s needs you"),
        n("Visma.net does not let us in. The order is kept and goes out when that is mended."),
        n("The page of the company says who."), n("Open the company and follow what it says."),
    ),
    Why.NOT_CONFIRMED: (
        n("Waits for your yes"), n("Waits until you say yes to %(company)s"),
        n("%(company)s is new here. Nothing is sent to it before somebody of yours says yes."),
        _OWNER, n("Open the company and press Yes, this is ours."),
    ),
    Why.PAUSED: (
        n("Company paused"), n("Waits: %(company)s is paused"),
        n("One of you paused sending to %(company)s. The order is kept."),
        _OWNER, n("Open the company and press Resume."),
    ),
    Why.INTEGRATION_PAUSED: (
        n("Sending paused"), n("Waits: this kind of sending is paused"),
        n("One of you paused it for all companies it is used for. The order is kept."),
        _OWNER, n("Open Pauses and press Resume."),
    ),
    Why.TENANT_PAUSED: (
        n("Sending paused"), n("Waits: sending is paused"),
        n("One of you paused all sending. The order is kept."),
        _OWNER, n("Open Pauses and press Resume."),
    ),
    Why.STAFF_PAUSED: (
        n("Paused by %(vendor)s"), n("Waits: %(vendor)s paused sending"),
        n("The order is kept and goes out when they let it. Nothing is lost."),
        n("%(vendor)s."), n("Nothing to press here. Write to them if it takes long."),
    ),
    Why.APPLICATION: (
        n("Our set-up is mended"), n("Waits until our own set-up is mended"),
        n("Visma does not take this portal’s own credentials now. Your company is not at fault."),
        n("We: our staff was told."), n("It goes out by itself once we have mended it."),
    ),
    Why.SHUT: (
        n("Being checked"), n("Waits while we check %(company)s"),
        n("Visma.net gave an answer that is about the company, not the order. We look first."),
        _NOBODY, n("We look by ourselves and go on. If it needs you, we say so."),
    ),
    Why.HOST: (
        n("Visma.net does not answer"), n("Waits: Visma.net does not answer"),
        n("It answers nobody now, as far as we can see. Your order is kept, and nothing is lost."),
        _NOBODY, n("We ask again by ourselves, and send once it answers."),
    ),
    Why.QUOTA: (
        n("Visma asks us to wait"), n("Waits for Visma.net’s allowance"),
        n("The allowance of calls to %(company)s is used up for now. None is lost."),
        _NOBODY, n("It goes out when the allowance opens again."),
    ),
    Why.RESTS: (
        n("Visma.net rests"), n("Waits a little: Visma.net did not answer well"),
        n("The last answers were lost or late, so we wait before we send more."),
        _NOBODY, n("We try again by ourselves."),
    ),
    Why.ACCESS: (
        n("Access is renewed"), n("Waits while our access is renewed"),
        n("Our access to %(company)s has run out, and a new one is being fetched."),
        _NOBODY, n("This takes seconds. If Visma refuses, the company’s page says so."),
    ),
}  # fmt: skip

_PARKED: dict[str, tuple[str, str, str, str, str]] = {
    Reason.FOUND: (
        n("It was there already"), n("Visma.net had this order before we sent it"),
        n("Shadow mode found an order with the same reference, buyer and total. We sent nothing."),
        _LOOKER, n("Enter its number if it is this order, or say that it is not."),
    ),
    Reason.SEVERAL_FOUND: (
        n("Found several times"), n("Visma.net has several orders with this reference"),
        n("We found more than one. We don’t know which one you want to keep, so we stopped."),
        _LOOKER, n("Keep one in Visma.net, cancel the others there, and enter its number below."),
    ),
    Reason.DIFFERS: (
        n("Found, but it differs"), n("Visma.net has another order with this reference"),
        n("An order with this reference has another buyer or another total than this one."),
        _LOOKER, n("Look at both. Enter its number if it is this order, or say that it is not."),
    ),
    Reason.NUMBER_TAKEN: (
        n("Its number is taken"), n("Visma.net has another order with this order’s number"),
        n("The number we gave it belongs to an order that is not ours, so we stopped."),
        _LOOKER, n("Press Send again: it gets the next number."),
    ),
    Reason.ATTEMPTS_SPENT: (
        n("Refused too often"), n("Visma.net refused this order again and again"),
        n("Other orders of the company pass, this one does not. We stopped trying."),
        _OWNER, n("Mend what Visma says, then press Send again."),
    ),
    Reason.DOUBLE_SUSPECTED: (
        n("It may be there twice"), n("This order may be in Visma.net after all"),
        n("We were given a number for it that does not fit what we knew. Nothing more is sent."),
        _LOOKER, n("Look in Visma.net and say which number stands, or that none does."),
    ),
    Reason.CANT_BE_ASKED: (
        n("Can’t be looked up"), n("We can’t find out whether it arrived"),
        n("The answer to our request was lost, and Visma.net could not be asked afterwards."),
        _LOOKER, n("Look in Visma.net for the reference, and say what you found."),
    ),
    Reason.FAULT_OF_OURS: (
        n("A fault of ours"), n("We could not handle this order"),
        n("Something in our program stopped on this order. Other orders went on."),
        n("%(vendor)s. We have noted it."),
        n("Wait until you hear from us, then press Send again."),
    ),
}  # fmt: skip

# By the number a code begins with: "1804-InventoryIdNotFound".
_CODES: dict[str, str] = {
    "1400": n("Buyer %(value)s isn’t a customer in %(company)s"),
    "1401": n("Buyer %(value)s has no payment terms in %(company)s"),
    "1407": n("Buyer %(value)s is not active in %(company)s"),
    "1408": n("Buyer %(value)s may not be invoiced in another currency"),
    "1601": n("The financial period is closed in %(company)s"),
    "1602": n("The financial period is not active in %(company)s"),
    "1802": n("The warehouse isn’t known in %(company)s"),
    "1803": n("Item %(value)s is there more than once in %(company)s"),
    "1804": n("Item %(value)s isn’t known in %(company)s"),
    "1805": n("The tax category isn’t known in %(company)s"),
    "1808": n("The unit isn’t known for item %(value)s"),
    "1809": n("The quantity of item %(value)s must be zero or more"),
    "1900": n("%(company)s has no number series for this order type"),
}


def held_words(held: Held, company: str) -> Words:
    return _say(_HELD[held.code], company)


def parked_words(reason: str, company: str) -> Words:
    return _say(_PARKED[reason], company)


def _say(texts: tuple[str, str, str, str, str], company: str) -> Words:
    names = {"company": company, "vendor": settings.VENDOR_NAME}
    return Words(*(_(text) % names for text in texts))


def refused_words(delivery: Delivery) -> Words:
    """An order that Visma refused as it is."""
    company = str(delivery.lane.connection.company)
    faults = faults_of(delivery)
    first = faults[0] if faults else _("Visma.net refused it")
    return Words(
        short=first,
        heading=first,
        what=_("Visma.net refused the order and holds nothing of it. We don’t repeat it.")
        if len(faults) < 2
        else " · ".join(faults),
        who=_("Somebody who keeps customers and items in %(company)s, or your web shop.")
        % {"company": company},
        how=_(
            "Mend it in Visma.net, then press Send again. If the order itself is wrong, send a"
            " right one under a new reference."
        ),
    )


def faults_of(delivery: Delivery) -> list[str]:
    """What Visma had against the order, each a sentence: ours where we know the code, else its."""
    problem: Mapping[str, Any] = delivery.problem or {}
    company = str(delivery.lane.connection.company)
    found = [_fault(detail, delivery, company) for detail in problem.get("details") or []]
    if not found:
        said = (texts for texts in (problem.get("errors") or {}).values())
        found = [text for texts in said for text in texts]
    if not found:
        found = [str(problem.get("detail") or problem.get("title") or "")]
    return list(dict.fromkeys(text for text in found if text))


def _fault(detail: Mapping[str, str], delivery: Delivery, company: str) -> str:
    text = _CODES.get(detail.get("code", "")[:4])
    if text is None:
        return detail.get("message") or detail.get("code", "")
    value = _value_at(detail.get("field", ""), delivery.order.content)
    return " ".join((_(text) % {"value": value, "company": company}).split())


def _value_at(field: str, content: Mapping[str, Any]) -> str:
    """The buyer, or the item of the line that ``orderLines[3].inventoryId`` names."""
    _before, bracket, rest = field.partition("orderLines[")
    number = rest.partition("]")[0]
    if not bracket:
        return str(content.get("buyer", "")) if field.startswith("customer") else ""
    lines = content.get("lines") or []
    if number.isdigit() and int(number) < len(lines):
        return str(lines[int(number)].get("item", ""))
    return ""
