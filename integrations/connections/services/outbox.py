"""Mails on their way: written with what they are about, sent after the commit, kept until taken."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone

from integrations.connections.models import Incident, Mail, Outage
from integrations.keyring import ring
from integrations.tenants.models import Tenant

logger = logging.getLogger(__name__)

BATCH = 200
# Whoever sends a mail has this long before another tries.
LEASE = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=7)
# While a server refuses, pages don't wait for it.
QUIET_AFTER_A_FAILURE = timedelta(minutes=1)


def write(
    to: Iterable[str],
    content: dict[str, Any],
    *,
    key: str = "",
    tenant: Tenant | None = None,
    outage: Outage | None = None,
    due_at: datetime | None = None,
) -> None:
    """Write a mail to each address, in the language of now, in the transaction of now.

    With a ``key`` an address gets it once, however often it is written. Sent after the commit;
    what no server takes is tried again for a week.
    """
    said = json.dumps(
        {
            "subject": " ".join(str(content["heading"]).split()),
            "text": render_to_string("mail/base.txt", content),
            "html": render_to_string("mail/base.html", content),
        }
    )
    for address in dict.fromkeys(filter(None, to)):
        mail = Mail(
            tenant=tenant,
            to=address,
            key=f"{key}:{address}"[:200] if key else "",
            outage=outage,
            due_at=due_at or timezone.now(),
        )
        mail.seal(said)
        if key:
            Mail.objects.bulk_create([mail], ignore_conflicts=True)
        else:
            mail.save(force_insert=True)
        if due_at is None:
            transaction.on_commit(partial(_send_soon, mail.pk), robust=True)


def send_due(*, now: datetime) -> int:
    """Send what waits, the oldest first; how many were taken.

    Of an outage that is the application's, and so ours, nobody is told while that lasts.
    """
    ours = Incident.objects.filter(
        application=OuterRef("outage__connection__integration__application"),
        connection=None,
        cleared_at=None,
    )
    due = Mail.objects.filter(~Exists(ours), due_at__lte=now, sent_at=None, given_up_at=None)
    waiting = list(due.order_by("due_at").values_list("pk", flat=True)[:BATCH])
    return sum(send(pk, now=now) for pk in waiting)


def send(mail_id: UUID, *, now: datetime) -> bool:
    """Send one that is due and that nobody else is sending. False: not sent now.

    A mail is taken by the server and noted as sent in two steps. Dying between them sends it
    twice, under one Message-ID.
    """
    claimed = Mail.objects.filter(
        pk=mail_id, due_at__lte=now, sent_at=None, given_up_at=None
    ).update(due_at=now + LEASE, tries=F("tries") + 1)
    if not claimed:
        return False
    mail = Mail.objects.get(pk=mail_id)
    try:
        _message(mail).send()
    except ring.Unreadable:
        logger.exception("Mail %s can't be opened; its key is gone", mail.pk)
    # smtplib's errors are OSErrors; ValueError is an address no server would take.
    except (OSError, ValueError) as fault:
        logger.warning("Mail %s could not be sent: %s", mail.pk, type(fault).__name__)
    else:
        Mail.objects.filter(pk=mail.pk).update(sent_at=now, sealed_content=None)
        return True
    _wait(mail, now=now)
    return False


def _wait(mail: Mail, *, now: datetime) -> None:
    if now - mail.created_at > GIVEN_UP_AFTER:
        logger.error("Mail %s was given up after %d tries", mail.pk, mail.tries)
        Mail.objects.filter(pk=mail.pk).update(given_up_at=now)
        return
    wait = min(FIRST_WAIT * 2 ** min(mail.tries - 1, 10), LONGEST_WAIT)
    Mail.objects.filter(pk=mail.pk, sent_at=None).update(due_at=now + wait)


def _send_soon(mail_id: UUID) -> None:
    """After the commit; the rounds send what isn't sent here.

    Work in the background holds leases and never waits for a mail server.
    """
    if current_app.current_task is not None:
        return
    now = timezone.now()
    failed_just_now = Mail.objects.filter(
        sent_at=None, given_up_at=None, tries__gt=0, due_at__gt=now - QUIET_AFTER_A_FAILURE
    )
    if not failed_just_now.exists():
        send(mail_id, now=now)


def _message(mail: Mail) -> EmailMultiAlternatives:
    said = json.loads(mail.content())
    host = urlsplit(settings.PUBLIC_URL).hostname
    message = EmailMultiAlternatives(
        said["subject"],
        said["text"],
        to=[mail.to],
        headers={
            "Message-ID": f"<{mail.pk}@{host}>",
            # No answer by machines: "out of office" would come to nobody.
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(said["html"], "text/html")
    return message
