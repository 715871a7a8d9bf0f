"""Headings that answer: do the companies work, does this one, and who is needed."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.connections.models import Connection
from integrations.connections.services import states
from integrations.deliveries.services.standing import MOST
from integrations.workspace.services.overview import Row

NEEDS_STEP = ("mend", "look", "confirm")
State = Connection.State


def of_overview(rows: Sequence[Row]) -> str:
    """Whether the companies work, and how much needs somebody."""
    if rows and all(row.pause is not None for row in rows):
        return _("Sending is paused. Orders are kept.")
    return " ".join(filter(None, [_work(rows), _steps(rows) or _orders(rows)]))


def of_companies(rows: Sequence[Row]) -> str:
    return " ".join(filter(None, [_work(rows), _steps(rows)]))


def of_orders(needs_you: int, *, any_order: bool) -> str:
    if not any_order:
        return _("No orders yet")
    if not needs_you:
        return _("No order needs you")
    if needs_you >= MOST:
        return _("A thousand orders or more need you")
    text = ngettext("%(n)s order needs you", "%(n)s orders need you", needs_you)
    return str(capfirst(text % {"n": apnumber(needs_you)}))


def of_members(number: int) -> str:
    text = ngettext("%(n)s person has access", "%(n)s people have access", number)
    return str(capfirst(text % {"n": apnumber(number)}))


def of_ledger(standing: int, *, some: bool) -> str:
    if not some:
        return _("No consent yet")
    if not standing:
        return _("No consent stands now")
    text = ngettext("%(n)s consent stands", "%(n)s consents stand", standing)
    return str(capfirst(text % {"n": apnumber(standing)}))


def of_company(row: Row) -> str:
    """One company. A broken one's heading says what is wrong."""
    company = {"company": row.connection.company}
    if row.told is not None:
        return row.told.heading
    if row.connection.state == State.DISCONNECTED:
        return _("%(company)s is disconnected") % company
    if row.state.state == states.State.WITH_US:
        return _("Orders for %(company)s wait for us") % company
    if row.connection.confirmed_at is None:
        return _("Is %(company)s yours?") % company
    if row.connection.state == State.CHECKING:
        return _("We are checking %(company)s") % company
    if row.state.state == states.State.PAUSED:
        return _("%(company)s is paused") % company
    if row.in_shadow:
        return _("%(company)s is in shadow mode") % company
    return _("%(company)s works") % company


def _work(rows: Sequence[Row]) -> str:
    """Of companies: one with several connections works when all of them do."""
    living = [row for row in rows if row.connection.state != State.DISCONNECTED]
    companies = {row.connection.company_id for row in living}
    idle = {row.connection.company_id for row in living if not row.works}
    total, works = len(companies), len(companies - idle)
    if not total:
        return _("No company is connected.")
    if works == total:
        text = ngettext("Your company works.", "All %(total)s companies work.", total)
    elif not works:
        text = ngettext("Your company does not work now.", "No company works now.", total)
    else:
        text = ngettext(
            "%(works)s of %(total)s companies works.",
            "%(works)s of %(total)s companies work.",
            works,
        )
    return str(capfirst(text % {"works": apnumber(works), "total": apnumber(total)}))


def _steps(rows: Sequence[Row]) -> str:
    steps = len({row.connection.company_id for row in rows if row.step in NEEDS_STEP})
    if not steps:
        return ""
    if len({row.connection.company_id for row in rows}) == 1:
        return _("It needs you.")
    text = ngettext("%(n)s needs you.", "%(n)s need you.", steps)
    return str(capfirst(text % {"n": apnumber(steps)}))


def _orders(rows: Sequence[Row]) -> str:
    orders = sum(row.needs_you for row in rows)
    if orders >= MOST:
        return _("A thousand orders or more need you.")
    if orders:
        text = ngettext("%(n)s order needs you.", "%(n)s orders need you.", orders)
        return str(capfirst(text % {"n": apnumber(orders)}))
    living = [row for row in rows if row.connection.state != State.DISCONNECTED]
    return _("Nothing needs you.") if living and all(row.works for row in living) else ""
