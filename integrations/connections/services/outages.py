"""One mail when a connection that worked stops working, one when it works again, none between."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from integrations.connections.models import (
    Application,
    Connection,
    Incident,
    Mail,
    Outage,
)
from integrations.connections.services import addresses, outbox, recipients
from integrations.connections.services.findings import explain
from integrations.connections.services.moments import moment

# Broken again so soon after it worked: the mail waits as long, and is dropped if it mends itself.
FLAPS_WITHIN = timedelta(minutes=15)
# So many connections of one application, so soon after each other: then it is the application.
TOGETHER = 3
TOGETHER_WITHIN = timedelta(minutes=5)


@transaction.atomic
def begin(connection: Connection, *, now: datetime) -> bool:
    """The connection needs somebody. False when its outage was open, and so was mailed, already."""
    flapped = Outage.objects.filter(
        connection=connection, closed_at__gt=now - FLAPS_WITHIN
    ).exists()
    try:
        with transaction.atomic():
            outage = Outage.objects.create(
                connection=connection, finding=connection.problem, opened_at=now
            )
    except IntegrityError:
        return False
    tenant = connection.company.tenant
    with translation.override(tenant.language):
        told = explain(connection.problem, tenant=tenant.name, company=str(connection.company))
        outbox.write(
            recipients.of_incidents(tenant),
            {
                "heading": told.heading,
                "intro": _since(connection, now),
                "what": told.what,
                "who": told.who,
                "how": told.how,
                "press_text": _("Mend it"),
                "press_url": addresses.connection_page(connection),
                "next": _("We write once, not again while it stays so, and when it works again."),
                **recipients.reason(tenant),
            },
            tenant=tenant,
            outage=outage,
            due_at=_due_at(connection, flapped=flapped, now=now),
        )
    return True


def _due_at(connection: Connection, *, flapped: bool, now: datetime) -> datetime | None:
    """At once (None), unless it may mend itself, or turn out to be the application's fault."""
    if flapped:
        return now + FLAPS_WITHIN
    application = connection.integration.application
    siblings = Connection.objects.filter(integration__application=application).exclude(
        state=Connection.State.DISCONNECTED
    )
    if siblings[:TOGETHER].count() < TOGETHER and not incidents_of(application).exists():
        return None
    return now + TOGETHER_WITHIN


def incidents_of(application: Application) -> QuerySet[Incident]:
    """What is wrong with the application itself."""
    return Incident.objects.filter(application=application, connection=None, cleared_at=None)


@transaction.atomic
def end(connection: Connection, *, now: datetime) -> bool:
    """It works again: tell those who were told that it did not. False when no outage was open."""
    outage = Outage.objects.filter(connection=connection, closed_at=None).first()
    if outage is None:
        return False
    if not Outage.objects.filter(pk=outage.pk, closed_at=None).update(closed_at=now):
        return False
    # Held back, and now there is nothing to say. One a server refused was due and still goes out.
    Mail.objects.filter(outage=outage, tries=0, sent_at=None).delete()
    told = list(Mail.objects.filter(outage=outage).values_list("to", flat=True))
    tenant = connection.company.tenant
    company = {"company": connection.company}
    with translation.override(tenant.language):
        outbox.write(
            told,
            {
                "heading": _("%(company)s works again") % company,
                "intro": _("It did not from %(start)s to %(end)s. What waited goes out now.")
                % {"start": moment(outage.opened_at), "end": moment(now)},
                "press_text": _("Look at it"),
                "press_url": addresses.connection_page(connection),
                **recipients.reason(tenant),
            },
            tenant=tenant,
        )
    return True


def drop(connection: Connection, *, now: datetime) -> None:
    """It was disconnected: there is nothing left to mend, nor to tell."""
    Outage.objects.filter(connection=connection, closed_at=None).update(closed_at=now)
    Mail.objects.filter(outage__connection=connection, tries=0, sent_at=None).delete()


def _since(connection: Connection, now: datetime) -> str:
    return _(
        "Since %(start)s orders for %(company)s wait. None is lost, and they go out in order "
        "once it is mended."
    ) % {"start": moment(connection.problem_since or now), "company": connection.company}
