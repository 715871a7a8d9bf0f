"""Our clock against Visma's, as the doctor sees it."""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.connections.services import incidents
from integrations.visma.token_times import TokenTimes, times_of

INCIDENT = "clocks_differ"
SUBJECT = "clock"
WARN_FROM = timedelta(seconds=30)
# Visma ahead of us by more: an ID token is from the future, and every sign-in is turned away.
BEFORE_SIGN_INS_FAIL = timedelta(seconds=60)
# Visma behind us by more: an ID token has run out when it comes.
ID_TOKEN_LIFE = timedelta(minutes=5)
# An HTTP date leaves out parts of a second.
HALF_A_SECOND = timedelta(milliseconds=500)


def offset_of(answered_at: datetime | None, token: str, *, now: datetime) -> timedelta | None:
    """How far Visma's clock is ahead of ours, by an answer's date and the token's beginning.

    ``now`` is our clock at the answer. None: nothing told.
    """
    begins = times_of(token).begins
    ahead = begins - now if begins is not None and begins > now else None
    if answered_at is None:
        return ahead
    by_date = answered_at + HALF_A_SECOND - now
    return ahead if ahead is not None and ahead > abs(by_date) else by_date


def breaks_tokens(offset: timedelta) -> bool:
    """Whether sign-ins fail for it."""
    return offset > BEFORE_SIGN_INS_FAIL or offset < -(ID_TOKEN_LIFE + BEFORE_SIGN_INS_FAIL)


def is_off(offset: timedelta) -> bool:
    return abs(offset) > WARN_FROM


def refuses_for_time(token: str, answered_at: datetime | None) -> bool:
    """Whether a 401 may be because the token is not yet, or no more, good by the server's clock."""
    times: TokenTimes = times_of(token)
    return answered_at is not None and not times.holds(answered_at)


def tell(offset: timedelta, *, now: datetime) -> None:
    """Staff hear once that the clocks differ, and again only after they agreed."""
    if not is_off(offset):
        incidents.clear(INCIDENT, subject=SUBJECT, now=now)
        return
    seconds = round(offset.total_seconds())
    incidents.open_incident(INCIDENT, subject=SUBJECT, detail=f"{seconds:+d} s")
