"""The answer at the top of an order's page: where it is, and whether somebody has to act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateformat import format as format_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.standing import Held
from integrations.workspace.services import wording
from integrations.workspace.services.wording import Words

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Headline:
    """``shown`` is the state's name for the tag ``status``; ``words`` fill the callout, if any."""

    shown: str
    heading: str
    word: str = ""
    words: Words | None = None
    tone: str = ""


def headline(delivery: Delivery, held: Held | None, *, now: datetime) -> Headline:
    company = str(delivery.lane.connection.company)
    match delivery.state:
        case State.DELIVERED:
            number = f"{delivery.visma_type} {delivery.visma_number}"
            heading = _("In Visma.net as %(number)s") % {"number": number}
            return Headline("delivered", heading, word=_("Delivered, once"))
        case State.SENDING:
            return Headline("sending", _("It is being sent to %(company)s") % {"company": company})
        case State.UNCERTAIN:
            return Headline("uncertain", _("We are finding out whether it arrived"))
        case State.REJECTED:
            words = wording.refused_words(delivery)
            return Headline("rejected", words.heading, words=words, tone="bad")
        case State.PARKED:
            words = wording.parked_words(delivery.reason, company)
            return Headline("parked", words.heading, words=words, tone="bad")
        case State.CANCELLED:
            return Headline("cancelled", _("Cancelled. It is not sent."))
    if held is not None:
        words = wording.held_words(held, company)
        return Headline("held", words.heading, words=words, tone="wait")
    return Headline("pending", _pending(delivery, now))


def _pending(delivery: Delivery, now: datetime) -> str:
    if delivery.due_at <= now:
        return _("It goes out in a moment")
    return _("It goes out again at %(time)s") % {"time": clock(delivery.due_at, now)}


def clock(moment: datetime, now: datetime) -> str:
    """14:02 today, else with its day; for use inside a sentence."""
    local = localtime(moment)
    near = local.date() == localtime(now).date()
    day = pgettext("this week", "D j M")
    return format_date(local, "H:i" if near else f"{day} H:i")


def remark(delivery: Delivery, held: Held | None, *, now: datetime) -> tuple[str, str]:
    """The second line of an order in a list, with its tone."""
    company = str(delivery.lane.connection.company)
    match delivery.state:
        case State.REJECTED:
            return wording.refused_words(delivery).short, "bad"
        case State.PARKED:
            return wording.parked_words(delivery.reason, company).short, "bad"
        case State.UNCERTAIN if delivery.look_at:
            look_at = max(delivery.look_at, now)
            return _("We look it up at %(time)s") % {"time": clock(look_at, now)}, ""
    if held is None:
        return "", ""
    short = wording.held_words(held, company).short
    if held.until is None:
        return short, ""
    until = clock(held.until, now)
    return _("%(why)s until %(time)s") % {"why": short, "time": until}, ""
