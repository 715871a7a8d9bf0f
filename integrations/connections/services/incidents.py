"""What staff must know about, once per thing that is wrong."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from integrations.connections.models import Application, Connection, Incident
from integrations.connections.services import notices, outages
from integrations.connections.services.findings import Finding

logger = logging.getLogger(__name__)
FAILING = "application_failing"
# What a person's own sign-in or Visma's rules bring about: never the application's fault.
CAUSE_KNOWN = {Finding.FINISH_CONSENT, Finding.SUPERSEDED, Finding.USER_NOT_TAKEN}


def open_incident(
    kind: str,
    *,
    subject: str,
    connection: Connection | None = None,
    application: Application | None = None,
    detail: str = "",
) -> Incident:
    """Open an incident, or return the one that is open about the same thing.

    Staff get one mail when it opens. ``detail`` holds no secret and no content of an order.
    """
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                kind=kind,
                subject=subject,
                connection=connection,
                application=application,
                detail=detail[:400],
            )
    except IntegrityError:
        return Incident.objects.get(kind=kind, subject=subject, cleared_at=None)
    logger.warning("Incident %s: %s", kind, subject)
    notices.tell_staff(incident)
    return incident


def open_again(
    kind: str, *, subject: str, within: timedelta, now: datetime, detail: str = ""
) -> None:
    """Open an incident; one that was cleared only lately opens anew, without another mail."""
    lately = Incident.objects.filter(kind=kind, subject=subject, cleared_at__gt=now - within)
    try:
        with transaction.atomic():
            last = lately.order_by("-cleared_at").first()
            if last and lately.filter(pk=last.pk).update(cleared_at=None, detail=detail[:400]):
                return
    except IntegrityError:
        return  # another opened it at this moment
    open_incident(kind, subject=subject, detail=detail)


def clear(kind: str, *, subject: str, now: datetime) -> None:
    """What was wrong is well again."""
    Incident.objects.filter(kind=kind, subject=subject, cleared_at=None).update(cleared_at=now)


def application_works(application: Application, now: datetime) -> None:
    """Visma took the application's secret, or a read over it succeeded."""
    open_ones = Incident.objects.filter(application=application, cleared_at=None)
    if _failing_lately(application, now):
        open_ones = open_ones.exclude(kind=FAILING)
    if open_ones.update(cleared_at=now):
        _let_go_slowly(application, now)


def _let_go_slowly(application: Application, now: datetime) -> None:
    """All that waited on the application goes out slowly at first."""
    Connection.objects.filter(
        integration__application=application, state=Connection.State.CONNECTED
    ).update(repaired_at=now)


def held_applications() -> set[int]:
    """Applications with an open incident of their own: nothing goes out over them."""
    held = Application.objects.filter(incident__connection=None, incident__cleared_at=None)
    return set(held.exclude(incident=None).values_list("pk", flat=True))


def application_fails(application: Application, now: datetime) -> None:
    """A connection of it failed: several at once are one incident of the application."""
    if outages.incidents_of(application).exists():
        return
    if _failing_lately(application, now) >= outages.TOGETHER:
        open_incident(FAILING, subject=application.slug, application=application)


def _failing_lately(application: Application, now: datetime) -> int:
    return (
        Connection.objects.filter(
            integration__application=application,
            state=Connection.State.BROKEN,
            problem_since__gt=now - outages.TOGETHER_WITHIN,
        )
        .exclude(problem__in=CAUSE_KNOWN)
        .count()
    )
