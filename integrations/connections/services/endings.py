"""A mail before a grant ends on a day we know, while renewing it still costs two minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from integrations.connections.models import Connection, Grant
from integrations.connections.services import addresses, moments, outbox, recipients
from integrations.connections.services.refresh_terms import known_end

BEFORE = timedelta(days=7)
BATCH = 200


def remind(*, now: datetime) -> int:
    """Mail each tenant once about each grant that ends within a week; how many grants."""
    soon = _ending(now)
    for grant in soon:
        _tell(grant, now=now)
    return len(soon)


def _ending(now: datetime) -> list[Grant]:
    living = (
        Grant.objects.filter(ended_at=None, connections__isnull=False)
        .exclude(refresh_token_digest="")
        .filter(
            Q(refresh_absolute_days__isnull=False)
            | Q(application__refresh_absolute_days__isnull=False)
        )
        .select_related("application", "tenant")
        .order_by(F("created_at"))
        .distinct()
    )
    ending = [
        grant
        for grant in living.iterator(chunk_size=BATCH)
        if (end := known_end(grant)) is not None and now < end <= now + BEFORE
    ]
    return ending[:BATCH]


@transaction.atomic
def _tell(grant: Grant, *, now: datetime) -> None:
    end = known_end(grant)
    under = Connection.objects.filter(grant=grant).exclude(state=Connection.State.DISCONNECTED)
    first = under.select_related("company__tenant").order_by("pk").first()
    if first is None or end is None:
        return
    tenant = grant.tenant
    with translation.override(tenant.language):
        names = {"company": first.company, "day": moments.day(end)}
        outbox.write(
            recipients.of_incidents(tenant),
            {
                "heading": _("The access to %(company)s ends on %(day)s") % names,
                "intro": _("Nothing is broken. Visma lets a consent live only so long."),
                "who": _("You, or whoever has the Visma user."),
                "how": _("Press “Connect again” on the company’s page. It takes two minutes, and "
                         "orders go on meanwhile."),
                "press_text": _("Look at it"),
                "press_url": addresses.connection_page(first),
                "next": _("We write once about this day."),
                **recipients.reason(tenant),
            },
            key=f"ends:{grant.pk}:{end:%Y-%m-%d}",
            tenant=tenant,
        )  # fmt: skip
