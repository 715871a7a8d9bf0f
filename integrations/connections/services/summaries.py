"""One mail a day for members who want no mail at each incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.connections.models import Outage
from integrations.connections.services import addresses, outbox, recipients
from integrations.connections.services.findings import explain
from integrations.connections.services.moments import moment
from integrations.tenants.models import Member, Tenant

DAY = timedelta(days=1)
FROM_HOUR = 7  # by the portal's own clock
SHOWN = 10


def write_due(*, now: datetime) -> int:
    """Write today's summary for each tenant that has something to say and somebody to hear it."""
    if localtime(now).hour < FROM_HOUR:
        return 0
    tenants = Tenant.objects.filter(
        members__mails=Member.Mails.SUMMARIES, members__user__is_active=True
    ).distinct()
    return sum(_write(tenant, now=now) for tenant in tenants)


@transaction.atomic
def _write(tenant: Tenant, *, now: datetime) -> bool:
    rows = Outage.objects.filter(connection__company__tenant=tenant).select_related(
        "connection__company"
    )
    standing = list(rows.filter(closed_at=None).order_by("opened_at")[: SHOWN + 1])
    mended = list(rows.filter(closed_at__gt=now - DAY).order_by("closed_at")[: SHOWN + 1])
    if not standing and not mended:
        return False
    with translation.override(tenant.language):
        outbox.write(
            recipients.of_summaries(tenant),
            {
                "heading": _heading(tenant, len(standing)),
                "what": "\n".join(map(_standing, standing[:SHOWN])),
                "intro": "\n".join(map(_mended, mended[:SHOWN]))
                or _("Nothing was mended since yesterday."),
                "press_text": _("Look at it"),
                "press_url": addresses.absolute(
                    reverse("workspace:connections", args=[tenant.slug])
                ),
                "next": _("We write once a day, and not when there is nothing to say."),
                **recipients.reason(tenant),
            },
            key=f"summary:{tenant.pk}:{localtime(now):%Y-%m-%d}",
            tenant=tenant,
        )
    return True


def _heading(tenant: Tenant, number: int) -> str:
    if not number:
        return _("All companies of %(tenant)s work again") % {"tenant": tenant}
    return ngettext(
        "One company of %(tenant)s needs somebody",
        "%(number)s companies of %(tenant)s need somebody",
        number,
    ) % {"tenant": tenant, "number": number}


def _standing(outage: Outage) -> str:
    company = outage.connection.company
    told = explain(outage.connection.problem or outage.finding, company=str(company))
    return _("%(company)s, since %(start)s: %(heading)s") % {
        "company": company,
        "start": moment(outage.opened_at),
        "heading": told.heading,
    }


def _mended(outage: Outage) -> str:
    return _("%(company)s works again since %(end)s.") % {
        "company": outage.connection.company,
        "end": moment(outage.closed_at or outage.opened_at),
    }
