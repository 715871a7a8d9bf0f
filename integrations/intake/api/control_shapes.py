"""What the API takes and answers about pauses, decisions and bulk acts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from integrations.connections.models import Connection
from integrations.deliveries.models import BulkAct, Delivery, Pause
from integrations.deliveries.services.selecting import Selection, restored
from integrations.intake.api.shapes import PriorityName

StateName = Literal[
    "needs_you", "held", "pending", "sending", "uncertain", "delivered", "rejected", "parked",
    "cancelled",
]  # fmt: skip
Why = Field("", max_length=200, description="Shown wherever the pause shows")


class Strict(Schema):
    """A body; a member it doesn't know is refused."""

    model_config = ConfigDict(extra="forbid")


class Decision(Strict):
    """What to do with one order."""

    do: Literal["cancel", "resend", "pause", "resume"]


class NewPause(Strict):
    """Why something is paused; may be left out."""

    why: str = Why


class Filter(Strict):
    """Which orders are meant. Each member narrows; one at least is there."""

    state: StateName | None = None
    reason: Delivery.Reason | None = Field(None, description="Why a parked order needs a person")
    priority: PriorityName | None = None
    company: UUID | None = None
    integration: str | None = Field(None, min_length=1, max_length=50)
    since: date | None = Field(None, description="The first day of acceptance")
    until: date | None = Field(None, description="The last day of acceptance")
    text: str | None = Field(
        None, min_length=1, max_length=80, description="Reference or number, or how it begins"
    )


class NewBulkAct(Strict):
    """What to do with all that a filter finds."""

    deed: BulkAct.Deed
    filter: Filter


class PauseState(Schema):
    """A pause that stands. ``by`` is empty for the portal's staff, whose pauses they alone lift."""

    scope: Pause.Scope
    company: str | None
    integration: str | None
    since: datetime
    why: str
    by_staff: bool
    by: str


class Pauses(Schema):
    """All that stands over the tenant's orders; those of single orders show on the order."""

    pauses: list[PauseState]


class Preview(Schema):
    """What a bulk act would do now: ``count`` orders, and how many it leaves out, by code."""

    count: int
    left_out: dict[str, int]
    sample: list[str] = Field(description="References, the newest first")


class BulkActState(Schema):
    """How far a bulk act is. ``outcomes`` and ``left_out`` count by code."""

    id: UUID
    deed: BulkAct.Deed
    filter: dict[str, Any]
    state: BulkAct.State
    found: int
    seen: int
    outcomes: dict[str, int]
    left_out: dict[str, int]
    started_at: datetime
    finished_at: datetime | None
    href: str


class BulkActs(Schema):
    """The newest bulk acts of the tenant."""

    acts: list[BulkActState]


def pause_state(pause: Pause) -> dict[str, Any]:
    connection = pause.connection
    integration = connection.integration if connection else pause.integration
    return {
        "scope": pause.scope,
        "company": str(connection.company_id) if connection else None,
        # An application is the staff's affair, and so is its name.
        "integration": integration.slug if integration else None,
        "since": pause.since,
        "why": pause.why,
        "by_staff": pause.by_staff,
        "by": "" if pause.by_staff else str(pause.by.email if pause.by else pause.by_name),
    }


def act_state(act: BulkAct, href: str) -> dict[str, Any]:
    return {
        "id": act.pk,
        "deed": act.deed,
        "filter": _shown(restored(act.selection)),
        "state": act.state,
        "found": act.found_count,
        "seen": act.seen_count,
        "outcomes": _hyphened(act.outcomes),
        "left_out": _hyphened(act.left_out),
        "started_at": act.started_at,
        "finished_at": act.finished_at,
        "href": href,
    }


def left_out(counts: dict[str, int]) -> dict[str, int]:
    return _hyphened(counts)


def _hyphened(counts: dict[str, int]) -> dict[str, int]:
    return {code.replace("_", "-"): number for code, number in counts.items()}


def _shown(selection: Selection) -> dict[str, Any]:
    """A stored filter in the API's words: its company by id."""
    members = selection.stored()
    connection = members.pop("connection", None)
    known = Connection.objects.select_related("integration").filter(pk=connection).first()
    if known is not None:
        members |= {"company": str(known.company_id), "integration": known.integration.slug}
    return members


def request_body(shape: type[Strict], *, required: bool = True) -> dict[str, Any]:
    """The body as the OpenAPI document shows it."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return {"required": required, "content": {"application/json": {"schema": schema}}}
