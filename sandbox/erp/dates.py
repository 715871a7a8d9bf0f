"""Moments as the ERP writes and reads them: in three forms, depending on where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from sandbox.state import Sandbox

# Company, customers and items are as old as the demo.
CHANGED_AT = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)
LOCAL = timezone(timedelta(hours=1))
FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
)

Form = Literal["plain", "utc", "offset"]


def erp_moment(sandbox: Sandbox, moment: datetime | None, form: Form = "plain") -> str | None:
    """``2024-01-15T09:30:00.00``, the same with ``Z``, or with an offset."""
    if moment is None:
        return None
    if form == "offset" and sandbox.switches.erp_dates == "mixed":
        return moment.astimezone(LOCAL).isoformat(timespec="milliseconds")
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text + ("Z" if form == "utc" and sandbox.switches.erp_dates == "mixed" else "")


def read_filter_moment(text: str) -> datetime | None:
    """One of the forms that filters take; without an offset it is UTC. None when it is none."""
    for form in FORMATS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
