"""Pauses in the words of a tenant's people."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from integrations.deliveries.models import Pause

Scope = Pause.Scope


@dataclass(frozen=True, slots=True)
class PauseSeen:
    """``what`` is held back by ``who``; ``ours`` says whether the tenant's own people lift it."""

    pause: Pause
    what: str
    who: str
    ours: bool


def seen(pause: Pause) -> PauseSeen:
    return PauseSeen(pause, _what(pause), who(pause), not pause.by_staff)


def who(pause: Pause) -> str:
    """The staff's names are theirs."""
    if pause.by_staff:
        return settings.VENDOR_NAME
    return pause.by.email if pause.by else pause.by_name or "–"


def _what(pause: Pause) -> str:
    if pause.scope == Scope.INTEGRATION and pause.integration is not None:
        return _("Sending over %(name)s is paused") % {"name": pause.integration.name}
    return _("Sending is paused")
