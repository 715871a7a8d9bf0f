"""The states of a connection: few, named, and derived here alone from what is stored.

What is stored is coarser (works or not) and finer (the finding); people see these. Each has one
next step, the same on every page. Drawn in docs/connections.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.models import Connection
from integrations.connections.services import invitation_states
from integrations.connections.services.findings import Finding, finding_of


class State(StrEnum):
    """Codes as they stand in documents and, as names of looks, in templates."""

    INVITED = "invited"
    CONSENT_PENDING = "consent_pending"
    APPROVAL_PENDING = "approval_pending"
    CHECKING = "checking"
    UNCONFIRMED = "unconfirmed"
    CONNECTED = "connected"
    NEEDS_ROLE = "needs_role"
    WRONG_COMPANY = "wrong_company"
    NEEDS_CONSENT = "needs_consent"
    SUPERSEDED = "superseded"
    SCOPE_MISSING = "scope_missing"
    WITH_US = "with_us"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"


class Step(StrEnum):
    """What a person does next about it; templates know where each leads."""

    NONE = ""
    WAIT = "wait"
    LOOK = "look"
    MEND = "mend"
    CONFIRM = "confirm"
    RESUME = "resume"
    RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True)
class Shown:
    """A state in the reader's language: ``next`` says who does what."""

    state: State
    next: str
    step: Step


BY_FINDING: dict[Finding, State] = {
    Finding.NO_ROLE: State.NEEDS_ROLE,
    Finding.NO_COMPANY: State.NEEDS_ROLE,
    Finding.NO_FINANCIALS_ROLE: State.NEEDS_ROLE,
    Finding.NO_LICENCE: State.NEEDS_ROLE,
    Finding.FORBIDDEN: State.NEEDS_ROLE,
    Finding.WRONG_COMPANY: State.WRONG_COMPANY,
    Finding.COMPANY_UNPROVEN: State.WRONG_COMPANY,
    Finding.COMPANY_TAKEN: State.WRONG_COMPANY,
    Finding.CONTRACT_ID: State.WRONG_COMPANY,
    Finding.CONSENT_ENDED: State.NEEDS_CONSENT,
    Finding.REFRESH_LOST: State.NEEDS_CONSENT,
    Finding.TOKEN_NOT_TAKEN: State.NEEDS_CONSENT,
    Finding.FINISH_CONSENT: State.CONSENT_PENDING,
    Finding.SUPERSEDED: State.SUPERSEDED,
    Finding.SCOPES_MISSING: State.SCOPE_MISSING,
    Finding.SCOPE_OFF: State.SCOPE_MISSING,
    Finding.NOT_APPROVED: State.APPROVAL_PENDING,
    Finding.APPROVAL_WITHDRAWN: State.APPROVAL_PENDING,
    Finding.USER_NOT_TAKEN: State.APPROVAL_PENDING,
}
# A link that was not used to its end; what became of the others is the connection's to say.
BY_LINK: dict[invitation_states.State, State] = {
    invitation_states.State.OPEN: State.INVITED,
    invitation_states.State.STOPPED: State.INVITED,
    invitation_states.State.AT_VISMA: State.CONSENT_PENDING,
    invitation_states.State.NOT_RETURNED: State.CONSENT_PENDING,
    invitation_states.State.CHOOSING: State.CONSENT_PENDING,
    invitation_states.State.APPROVAL: State.APPROVAL_PENDING,
}
_NEXT: dict[State, tuple[str, Step]] = {
    State.INVITED: (n("Whoever got the link opens it."), Step.WAIT),
    State.CONSENT_PENDING: (n("Whoever began the sign-in finishes it."), Step.MEND),
    State.APPROVAL_PENDING: (
        n("An integration administrator approves it in the App Store."),
        Step.LOOK,
    ),
    State.CHECKING: (n("Nothing to do: we look by ourselves."), Step.WAIT),
    State.UNCONFIRMED: (n("An owner says yes to the company."), Step.CONFIRM),
    State.CONNECTED: ("", Step.NONE),
    State.NEEDS_ROLE: (n("A customer administrator gives the role in Visma Admin."), Step.LOOK),
    State.WRONG_COMPANY: (n("Connect again and choose the right company."), Step.MEND),
    State.NEEDS_CONSENT: (n("Connect again: sign in at Visma once more."), Step.MEND),
    State.SUPERSEDED: (n("Connect again with a Visma user kept for this alone."), Step.MEND),
    State.SCOPE_MISSING: (n("Allow all that is asked for."), Step.MEND),
    State.WITH_US: (n("Nothing to do: %(vendor)s mends it."), Step.WAIT),
    State.PAUSED: (n("Resume, and orders go out."), Step.RESUME),
    State.DISCONNECTED: (n("Connect again, if orders should go there."), Step.RECONNECT),
}


def state_of(
    connection: Connection, *, held_applications: frozenset[int] | set[int] = frozenset()
) -> State:
    """The state, from what is stored.

    ``held_applications`` are those with an incident of their own; wants ``integration`` selected
    where it is not empty.
    """
    match connection.state:
        case Connection.State.DISCONNECTED:
            return State.DISCONNECTED
        case Connection.State.BROKEN:
            finding = finding_of(connection.problem)
            return BY_FINDING.get(finding, State.WITH_US) if finding else State.WITH_US
    if held_applications and connection.integration.application_id in held_applications:
        return State.WITH_US
    if connection.state == Connection.State.CHECKING:
        return State.CHECKING
    if connection.confirmed_at is None:
        return State.UNCONFIRMED
    return State.CONNECTED if connection.paused_at is None else State.PAUSED


def shown(
    connection: Connection,
    *,
    held_applications: frozenset[int] | set[int] = frozenset(),
    paused: bool = False,
) -> Shown:
    """A connection's state with its next step. ``paused``: by a pause above the connection."""
    state = state_of(connection, held_applications=held_applications)
    if paused and state == State.CONNECTED:
        return Shown(State.PAUSED, _("Sending is paused."), Step.WAIT)
    return _shown(state, connection.problem)


def of_link(standing: invitation_states.Standing) -> Shown | None:
    """The state of a connection that is still to come; None for a link that leads no further."""
    state = BY_LINK.get(standing.state)
    return _shown(state) if state is not None else None


def _shown(state: State, problem: str = "") -> Shown:
    text, step = _NEXT[state]
    if problem == Finding.SCOPE_OFF:
        # Switched on in the App Store, where no consent of ours leads.
        step = Step.LOOK
    return Shown(state, _(text) % {"vendor": settings.VENDOR_NAME} if text else "", step)
