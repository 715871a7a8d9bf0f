"""Days and times as mails say them: the month by name, so that no reader mistakes it."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime


def moment(at: datetime) -> str:
    return date_format(localtime(at), "j M Y H:i")


def day(at: datetime) -> str:
    return date_format(localtime(at), "j F Y")
