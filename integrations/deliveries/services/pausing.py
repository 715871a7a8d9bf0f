"""Pausing and resuming all that a connection, tenant, integration or application sends.

Nothing of it is written to deliveries: the leasing statement, the renewal of a lane (within five
seconds) and every page derive it from the pauses that stand. What is under way goes on, and so do
looks. One order is paused by ``decisions``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from integrations.audit.services import record
from integrations.connections.models import Application, Connection
from integrations.connections.services import application_events
from integrations.deliveries.models import Pause
from integrations.deliveries.services.actors import By, facts_of, machine_name, person, personal_of
from integrations.deliveries.services.reaches import Reach

logger = logging.getLogger(__name__)


@transaction.atomic
def pause(reach: Reach, *, by: By, why: str = "", now: datetime) -> Pause:
    """Hold it back from now on. Paused already: the pause that stands comes back."""
    found = _standing(reach)
    if found is None:
        try:
            with transaction.atomic():
                found = Pause.objects.create(
                    **reach.columns(), why=" ".join(why.split())[:200], since=now,
                    by=person(by), by_name=machine_name(by),
                )  # fmt: skip
        except IntegrityError:
            return Pause.objects.standing().get(reach=reach.word, by_staff=reach.by_staff)
        _record(reach, "paused", by, now)
    if reach.connection is not None:
        Connection.objects.filter(pk=reach.connection.pk, paused_at=None).update(paused_at=now)
    return found


@transaction.atomic
def resume(reach: Reach, *, by: By, now: datetime) -> bool:
    """Let it go on; False when it was not paused. Another pause may still hold it."""
    lifted = bool(
        Pause.objects.standing()
        .filter(reach=reach.word, by_staff=reach.by_staff)
        .update(lifted_at=now, lifted_by=person(by), lifted_by_name=machine_name(by))
    )
    if reach.connection is not None:
        held = Connection.objects.filter(pk=reach.connection.pk, paused_at__isnull=False)
        lifted = bool(held.update(paused_at=None)) or lifted
    if lifted:
        _record(reach, "resumed", by, now)
    return lifted


def _standing(reach: Reach) -> Pause | None:
    return Pause.objects.standing().filter(reach=reach.word, by_staff=reach.by_staff).first()


def _record(reach: Reach, ending: str, by: By, now: datetime) -> None:
    """A tenant's own into its chain, the rest into the chains of the applications it concerns."""
    verb = f"{reach.scope}.{ending}"
    tenant = reach.connection.company.tenant if reach.connection else reach.tenant
    logger.info("%s by %s", verb, machine_name(by) or "a person")
    if tenant is not None:
        facts = {"connection": reach.connection.pk} if reach.connection else {"reach": reach.word}
        facts |= facts_of(by)
        record(tenant, verb, facts=facts, personal=personal_of(by), now=now)
        return
    for application in _applications(reach):
        application_events.record(
            application, verb, by=person(by), now=now, reach=reach.word,
            by_machine=machine_name(by),
        )  # fmt: skip


def _applications(reach: Reach) -> Iterable[Application]:
    if reach.application is not None:
        return [reach.application]
    if reach.integration is not None:
        return [reach.integration.application]
    return Application.objects.all()
