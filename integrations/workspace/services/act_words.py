"""Bulk acts and filters in the reader's words."""

from __future__ import annotations

from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n
from django.utils.translation import ngettext, pgettext

from integrations.connections.models import Connection, Integration
from integrations.deliveries.models import BulkAct, Delivery
from integrations.deliveries.services.bulk_acts import Preview
from integrations.deliveries.services.selecting import Selection
from integrations.deliveries.services.urgency import WORDS
from integrations.tenants.models import Tenant
from integrations.workspace.services.orders import FILTERS

Deed, State = BulkAct.Deed, BulkAct.State

_LEFT_OUT = {
    "resend_delivered": n("In Visma.net already"),
    "resend_pending": n("On their way already"),
    "resend_sending": n("On their way already"),
    "resend_uncertain": n("Being looked up already"),
    "resend_settled_since": n("Settled again after the start"),
    "cancel_delivered": n("In Visma.net already: cancel them there"),
    "cancel_cancelled": n("Cancelled already"),
    "decide_first": n("Somebody says first which order in Visma.net stands"),
}
_OUTCOMES = {
    "sent": n("On their way again"),
    "looked_up": n("Looked for in Visma.net first, then sent if not there"),
    "cancelled": n("Cancelled"),
    "wished": n("Cancelled if they did not arrive"),
}


def question(deed: str, found: Preview) -> str:
    """The heading before the start."""
    if not found.count:
        return _("Nothing to send again") if deed == Deed.RESEND else _("Nothing to cancel")
    if deed == Deed.RESEND:
        text = ngettext("Send %(n)s order again?", "Send %(n)s orders again?", found.count)
    else:
        text = ngettext("Cancel %(n)s order?", "Cancel %(n)s orders?", found.count)
    return text % {"n": written(found.count)}


def heading(act: BulkAct) -> str:
    """The heading from the start on."""
    numbers = {"n": written(act.done_count), "all": written(max(act.found_count, act.seen_count))}
    number = act.done_count
    if act.deed == Deed.RESEND:
        if act.state == State.RUNNING:
            return _("Sending again: %(n)s of %(all)s orders so far") % numbers
        if act.state == State.STOPPED:
            return _("Stopped after %(n)s of %(all)s orders were sent again") % numbers
        text = ngettext("%(n)s order sent again", "%(n)s orders sent again", number)
        return text % numbers
    if act.state == State.RUNNING:
        return _("Cancelling: %(n)s of %(all)s orders so far") % numbers
    if act.state == State.STOPPED:
        return _("Stopped after %(n)s of %(all)s orders were cancelled") % numbers
    return ngettext("%(n)s order cancelled", "%(n)s orders cancelled", number) % numbers


def left_out(code: str) -> str:
    return _(_LEFT_OUT.get(code, n("The state does not allow it")))


def outcomes(act: BulkAct) -> list[tuple[str, int]]:
    """What was done, and to how many."""
    return [(_(_OUTCOMES[code]), act.outcomes[code]) for code in _OUTCOMES if code in act.outcomes]


def chosen_by(tenant: Tenant, selection: Selection) -> list[tuple[str, str]]:
    """The filter as label and value."""
    reasons = dict(Delivery.Reason.choices)
    rows = [
        (_("State"), _state(selection.state)),
        (_("Why it needs a decision"), str(reasons.get(selection.reason, selection.reason))),
        (_("Priority"), str(WORDS[selection.priority].label) if selection.priority else ""),
        (_("Company"), _company(tenant, selection.connection)),
        (_("Integration"), _integration(selection.integration)),
        (_("Accepted from"), selection.since and _day(selection.since)),
        (_("Accepted until"), selection.until and _day(selection.until)),
        (_("Reference or number"), selection.text),
    ]
    return [(label, str(value)) for label, value in rows if value]


def written(number: int) -> str:
    """For use inside a sentence that holds no markup."""
    return number_format(number, 0, use_l10n=True, force_grouping=True)


def _state(state: str) -> str:
    return _(FILTERS[state]) if state in FILTERS and state else str(_states().get(state, state))


def _states() -> dict[str, str]:
    return {name: str(label) for name, label in Delivery.State.choices}


def _company(tenant: Tenant, pk: int | None) -> str:
    if pk is None:
        return ""
    row = Connection.objects.for_tenant(tenant).filter(pk=pk).select_related("company").first()
    return str(row.company) if row else ""


def _integration(slug: str) -> str:
    row = Integration.objects.filter(slug=slug).first() if slug else None
    return row.name if row else slug


def _day(day: object) -> str:
    return format_date(day, pgettext("another week", "j M Y"))  # type: ignore[arg-type]  # a date is fine
