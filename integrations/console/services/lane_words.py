"""Why a lane stands still, in a word or two for staff."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.deliveries.services.standing import Held, Why

_WORDS = {
    Why.SHADOW: n("Shadow mode"),
    Why.DISCONNECTED: n("Not connected"),
    Why.CHECKING: n("Being checked"),
    Why.BROKEN: n("The connection is broken"),
    Why.NOT_CONFIRMED: n("Waits for a yes"),
    Why.PAUSED: n("Company paused"),
    Why.INTEGRATION_PAUSED: n("Integration paused"),
    Why.TENANT_PAUSED: n("Tenant paused"),
    Why.STAFF_PAUSED: n("Paused by staff"),
    Why.APPLICATION: n("The application has an incident"),
    Why.SHUT: n("Shut until the check is well"),
    Why.HOST: n("Visma.net does not answer"),
    Why.QUOTA: n("Visma asks us to wait"),
    Why.RESTS: n("Rests after lost answers"),
    Why.ACCESS: n("Access is renewed"),
}


def held_word(held: Held) -> str:
    """In the reader's language."""
    return _(_WORDS[held.code]) if held.code in _WORDS else str(held.code)
