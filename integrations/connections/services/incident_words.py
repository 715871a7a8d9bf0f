"""Incidents in words: what it is, and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

_INCIDENTS = {
    "application_refused": (
        n("Visma does not take the application’s secret"),
        n("Look in the Developer Portal whether the secret ended, then add a new one here."),
    ),
    "application_failing": (
        n("Several connections of one application fail at once"),
        n("Look whether Visma changed the application. Its orders wait until one is proven."),
    ),
    "sign_in_refused": (
        n("Visma refuses how a sign-in is asked for"),
        n(
            "Compare scopes, redirect address and grant types in the Developer Portal with this "
            "application. Orders go on; the next sign-in that works clears this."
        ),
    ),
    "secret_unreadable": (
        n("A stored secret can’t be opened"),
        n("Its encryption key is not on the ring. Put the key back, or add the secret anew."),
    ),
    "error_page": (
        n("Visma showed somebody a page with an Error-ID"),
        n("Look the Error-ID up at Visma; it says what is registered otherwise there than here."),
    ),
    "clocks_differ": (
        n("Our clock and Visma’s differ"),
        n("Set this machine’s clock. A minute behind Visma, each sign-in fails; orders go on."),
    ),
    "doubled_order": (
        n("An order is in Visma.net twice"),
        n("Cancel one of the two there. The order’s page has both numbers."),
    ),
    "audit_altered": (
        n("A tenant’s audit chain was altered"),
        n("Compare it with a back-up from before. Who can write to the database can do this."),
    ),
    "host_down": (
        n("Visma does not answer"),
        n(
            "Orders to this host wait, and cost no attempt. We ask it again at growing intervals "
            "and go on by ourselves. Look at Visma’s status page."
        ),
    ),
    "own_set_up": (
        n("The portal can’t reach Visma as it is set up"),
        n("Look at the certificate authorities, the proxy and Visma’s addresses in the settings."),
    ),
}


@dataclass(frozen=True, slots=True)
class IncidentWords:
    """In the reader's language; an unknown kind is called by its code."""

    heading: str
    how: str


def incident_words(kind: str) -> IncidentWords:
    heading, how = _INCIDENTS.get(kind, (kind.replace("_", " "), ""))
    return IncidentWords(_(heading), _(how) if how else "")
