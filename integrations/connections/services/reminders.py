"""What ends at a known time: staff hear of it before, once for each step nearer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from integrations.connections.models import Application, ApplicationSecret
from integrations.connections.services import addresses, application_events, notices
from integrations.connections.services.checklist import CODE_WARNING

# A secret is spoken of this many days before it ends, and on the day.
DAYS = (14, 7, 1, 0)


def remind(*, now: datetime) -> int:
    """Mail staff of secrets and invitation codes that end soon; returns of how many."""
    return _secrets(now) + _codes(now)


def _secrets(now: datetime) -> int:
    made = 0
    for secret in ApplicationSecret.objects.filter(
        retired_at=None, expires_on__isnull=False
    ).select_related("application"):
        left = (secret.expires_on - localdate(now)).days if secret.expires_on else DAYS[0] + 1
        stage = min((days for days in DAYS if left <= days), default=None)
        if stage is None or not _is_first(secret, stage):
            continue
        _tell_of_secret(secret)
        application_events.record(
            secret.application, "secret.reminded", now=now, secret=str(secret.pk), days=left
        )
        made += 1
    return made


def _is_first(secret: ApplicationSecret, stage: int) -> bool:
    """True for whoever comes to this step first."""
    rows = ApplicationSecret.objects.filter(
        Q(reminded_days=None) | Q(reminded_days__gt=stage), pk=secret.pk
    )
    return bool(rows.update(reminded_days=stage))


def _codes(now: datetime) -> int:
    made = 0
    begun_by = now + CODE_WARNING - settings.INVITATION_CODE_LIFE
    for application in _with_old_code(begun_by):
        rows = Application.objects.filter(pk=application.pk, invitation_code_reminded_at=None)
        if rows.update(invitation_code_reminded_at=now):
            _tell_of_code(application)
            application_events.record(application, "invitation_code.reminded", now=now)
            made += 1
    return made


def _with_old_code(begun_by: datetime) -> Iterable[Application]:
    return Application.objects.filter(
        invitation_code_made_at__lte=begun_by, invitation_code_reminded_at=None
    ).exclude(invitation_code="")


def _tell_of_secret(secret: ApplicationSecret) -> None:
    named = {
        "application": secret.application,
        "day": date_format(secret.expires_on) if secret.expires_on else "",
    }
    notices.remind_staff(
        _("A secret of %(application)s ends on %(day)s") % named,
        _("Add a new one before. Both work side by side, so no order waits."),
        addresses.application_page(secret.application),
    )


def _tell_of_code(application: Application) -> None:
    made_at = application.invitation_code_made_at
    ends_at = made_at + settings.INVITATION_CODE_LIFE if made_at else None
    named = {
        "application": application,
        "time": date_format(localtime(ends_at), "DATETIME_FORMAT") if ends_at else "",
    }
    notices.remind_staff(
        _("The invitation code of %(application)s works until about %(time)s") % named,
        _("Make a new one in the Developer Portal and write it down here."),
        addresses.application_page(application),
    )
