"""How far an invitation has come: told from what happened, stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.models import Invitation, PendingConsent
from integrations.connections.services.second_channel import MOST_TRIES

# Whoever is longer at Visma is taken to have stopped there.
AWAY = timedelta(minutes=10)


class State(StrEnum):
    """Codes as they stand in addresses of lists."""

    WITHDRAWN = "withdrawn"
    SHUT = "shut"
    ENDED = "ended"
    UNCONFIRMED = "unconfirmed"
    DONE = "done"
    CHECKING = "checking"
    CHOOSING = "choosing"
    AT_VISMA = "at_visma"
    NOT_RETURNED = "not_returned"
    APPROVAL = "approval"
    STOPPED = "stopped"
    OPEN = "open"


# The word, who is next and what they do, and how it looks.
_WORDS: dict[State, tuple[str, str, str]] = {
    State.WITHDRAWN: (n("Withdrawn"), n("Make a new link if one is needed."), "withdrawn"),
    State.SHUT: (n("Shut: wrong code"), n("Ask who tried it, then send a new link."), "broken"),
    State.ENDED: (n("Ended"), n("Send a new link."), "ended"),
    State.UNCONFIRMED: (n("Waits for a yes"), n("An owner says yes to the company."), "waits"),
    State.DONE: (n("Used"), "", "passed"),
    State.CHECKING: (n("Connected, not proven"), n("See what the check found."), "checking"),
    State.CHOOSING: (n("Back from Visma"), n("The person confirms the company."), "pending"),
    State.AT_VISMA: (n("At Visma now"), n("The person signs in there."), "sending"),
    State.NOT_RETURNED: (
        n("Went to Visma, did not return"),
        n("Ask the person to open the link again: it asks where it stopped."),
        "needs_you",
    ),
    State.APPROVAL: (
        n("Waits for the App Store"),
        n("An integration administrator approves it; we look by ourselves."),
        "waits",
    ),
    State.STOPPED: (n("Stopped"), n("The page says who mends it."), "needs_you"),
    State.OPEN: (n("Open"), n("The person opens the link."), "pending"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an invitation stands, in the reader's language. ``finding`` may be empty."""

    state: State
    word: str
    next: str
    look: str
    since: datetime
    finding: str

    @property
    def may_renew(self) -> bool:
        return self.state not in {State.WITHDRAWN, State.DONE, State.UNCONFIRMED}

    @property
    def may_withdraw(self) -> bool:
        return self.may_renew


def with_last_try(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Add what ``standing`` and ``in_state`` read of the newest consent."""
    newest = PendingConsent.objects.filter(invitation=OuterRef("pk")).order_by("-created_at")
    return rows.select_related(
        "tenant", "integration__application", "created_by", "connection__company__tenant"
    ).annotate(
        went_at=Subquery(newest.values("created_at")[:1]),
        came_back_at=Subquery(newest.values("consumed_at")[:1]),
        came_to=Subquery(newest.values("outcome")[:1]),
        said=Subquery(newest.values("finding")[:1]),
    )


def standing(invitation: Invitation, *, now: datetime) -> Standing:
    """Where an invitation of ``with_last_try`` stands."""
    state, since = _told(invitation, now)
    word, following, look = _WORDS[state]
    finding = invitation.last_outcome if state in {State.STOPPED, State.APPROVAL} else ""
    if state is State.CHECKING and invitation.connection is not None:
        finding = invitation.connection.problem
    return Standing(state, _(word), _(following) if following else "", look, since, finding)


def in_state(rows: QuerySet[Invitation], state: State, *, now: datetime) -> QuerySet[Invitation]:
    """Those of ``with_last_try`` that stand there; the same rules as ``standing``, in SQL."""
    conditions = _conditions(now)
    found = rows.filter(conditions[state])
    for earlier in State:
        if earlier is state:
            break
        found = found.exclude(pk__in=rows.order_by().filter(conditions[earlier]).values("pk"))
    return found


def _told(invitation: Invitation, now: datetime) -> tuple[State, datetime]:
    begun = invitation.renewed_at or invitation.created_at
    if invitation.withdrawn_at is not None:
        return State.WITHDRAWN, invitation.withdrawn_at
    connection = invitation.connection
    if invitation.connected_at is not None:
        waits = connection is not None and connection.confirmed_at is None
        return (State.UNCONFIRMED if waits else State.DONE), invitation.connected_at
    if invitation.code_digest and invitation.code_tries >= MOST_TRIES:
        return State.SHUT, begun
    if invitation.expires_at <= now:
        return State.ENDED, invitation.expires_at
    if connection is not None:
        return State.CHECKING, begun
    return _on_the_way(invitation, begun, now)


def _on_the_way(invitation: Invitation, begun: datetime, now: datetime) -> tuple[State, datetime]:
    went_at = getattr(invitation, "went_at", None)
    if went_at is not None:
        back_at = getattr(invitation, "came_back_at", None)
        if back_at is None and not getattr(invitation, "said", ""):
            return (State.AT_VISMA if went_at > now - AWAY else State.NOT_RETURNED), went_at
        if getattr(invitation, "came_to", "") == PendingConsent.Outcome.CHOOSING:
            return State.CHOOSING, back_at or went_at
    if invitation.pasted_tenant_id is not None and invitation.look_again_at is not None:
        return State.APPROVAL, begun
    return (State.STOPPED if invitation.last_outcome else State.OPEN), went_at or begun


def _conditions(now: datetime) -> dict[State, Q]:
    """Each state's own rule; the ones before it in ``State`` come first."""
    away = Q(went_at__isnull=False, came_back_at=None, said="")
    return {
        State.WITHDRAWN: Q(withdrawn_at__isnull=False),
        State.SHUT: Q(connected_at=None, code_tries__gte=MOST_TRIES) & ~Q(code_digest=""),
        State.ENDED: Q(connected_at=None, expires_at__lte=now),
        State.UNCONFIRMED: Q(
            connected_at__isnull=False, connection__isnull=False, connection__confirmed_at=None
        ),
        State.DONE: Q(connected_at__isnull=False),
        State.CHECKING: Q(connection__isnull=False),
        State.CHOOSING: Q(came_to=PendingConsent.Outcome.CHOOSING),
        State.AT_VISMA: away & Q(went_at__gt=now - AWAY),
        State.NOT_RETURNED: away,
        State.APPROVAL: Q(pasted_tenant_id__isnull=False, look_again_at__isnull=False),
        State.STOPPED: ~Q(last_outcome=""),
        State.OPEN: Q(expires_at=F("expires_at")),
    }
