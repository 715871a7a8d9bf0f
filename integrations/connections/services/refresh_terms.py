"""What Visma promises of a refresh token: how often it works, and when it lapses.

Settings of an application act on the grants that are made after they were changed. So a grant keeps
those of its consent, and where the application says something else by now, the stricter counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from integrations.connections.models import Application, Grant

COLUMNS = ("one_time_refresh", "refresh_grace", "refresh_idle_days", "refresh_absolute_days")
# An idle refresh token is used again between these parts of its idle time, spread by its id.
EARLIEST, LATEST = 0.5, 0.75
# A known end is spoken of this long before.
FORETOLD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Terms:
    """``one_time``: the token is spent by its use; ``grace``: for so long it still works.

    ``idle`` without a use it lapses, ``absolute`` after the consent in any case; None is unknown.
    """

    one_time: bool
    grace: timedelta | None
    idle: timedelta | None
    absolute: timedelta | None


def at_consent(application: Application, *, now: datetime) -> dict[str, Any]:
    """The columns of a grant that is made now."""
    return {name: getattr(application, name) for name in COLUMNS} | {"refreshed_at": now}


def terms_of(grant: Grant) -> Terms:
    """What holds for a grant. Wants ``application`` selected."""
    application = grant.application
    return Terms(
        one_time=bool(grant.one_time_refresh or application.one_time_refresh),
        grace=_shorter(grant.refresh_grace, application.refresh_grace),
        idle=_shorter(_days(grant.refresh_idle_days), _days(application.refresh_idle_days)),
        absolute=_shorter(
            _days(grant.refresh_absolute_days), _days(application.refresh_absolute_days)
        ),
    )


def known_end(grant: Grant) -> datetime | None:
    """When the grant ends whatever is done; None when nobody knows, or it doesn't."""
    if grant.ended_at is not None or grant.sealed_refresh_token is None:
        return None
    absolute = terms_of(grant).absolute
    return grant.created_at + absolute if absolute else None


def foretold_end(grant: Grant | None, *, now: datetime) -> datetime | None:
    """The known end, once it is near enough to be spoken of."""
    end = known_end(grant) if grant is not None else None
    return end if end is not None and end - now <= FORETOLD else None


def idle_since(grant: Grant) -> datetime:
    """When the refresh token was given or last used."""
    return grant.refreshed_at or grant.created_at


def keep_alive_at(grant: Grant) -> datetime | None:
    """When an idle refresh token is to be used, so that it doesn't lapse; None: it doesn't."""
    idle = terms_of(grant).idle
    if idle is None or grant.sealed_refresh_token is None:
        return None
    return idle_since(grant) + idle * (EARLIEST + (LATEST - EARLIEST) * _spread(grant.pk))


def _spread(pk: UUID) -> float:
    """From 0 to 1, the same for a grant each time, so that those of one day part."""
    return (pk.int % 1000) / 1000


def _days(days: int | None) -> timedelta | None:
    return timedelta(days=days) if days else None


def _shorter(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    known = [length for length in (one, other) if length is not None]
    return min(known, default=None)
