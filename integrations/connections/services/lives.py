"""How long a link may live: from half an hour to two weeks."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.connections.services.invitations import LONGEST, SHORTEST

HOUR, DAY = 60, 24 * 60
OFFERED = [30, 2 * HOUR, DAY, 5 * DAY, 14 * DAY]


def choices() -> list[tuple[int, str]]:
    """Minutes and words, for a form; the deployment's usual one is among them."""
    return [(minutes, _words(minutes)) for minutes in sorted({*OFFERED, usual()})]


def usual() -> int:
    life = min(max(settings.INVITATION_LIFE, SHORTEST), LONGEST)
    return int(life.total_seconds() // 60)


def _words(minutes: int) -> str:
    if minutes % DAY == 0:
        number = minutes // DAY
        return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}
    if minutes % HOUR == 0:
        number = minutes // HOUR
        return ngettext("%(n)s hour", "%(n)s hours", number) % {"n": number}
    return _("%(number)s minutes") % {"number": minutes}
