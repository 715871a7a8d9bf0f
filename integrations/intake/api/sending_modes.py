"""The operations about how orders go out: how soon one does, and shadow mode, where none does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from integrations.connections.models import Connection
from integrations.deliveries.services import shadow, standing, urgency
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.decisions import NotPossible
from integrations.deliveries.services.urgency import WORDS
from integrations.deliveries.tasks import ring
from integrations.intake.api import bodies, control_shapes, shapes
from integrations.intake.api.authentication import ApiRequest
from integrations.intake.api.control_shapes import request_body
from integrations.intake.api.lookups import caller, connection_of, delivery_of
from integrations.intake.api.operations import router as orders
from integrations.intake.api.problems import Problem

router = Router(tags=["control"])
_REFUSED = {"priority_cancelled": "order-cancelled", "priority_delivered": "order-delivered"}
SHADOW = "/companies/{company_id}/shadow-mode"


class NewPriority(control_shapes.Strict):
    """How soon an order that waits is to go out."""

    priority: shapes.PriorityName


class ShadowState(Schema):
    """Whether a company is in shadow mode. Counts end at 1,000."""

    on: bool
    since: datetime | None
    ends_at: datetime | None = Field(
        description="Since when it is ending: what waits is looked up once more before it goes out"
    )
    waiting: int
    found: int = Field(description="Of those, in Visma.net already: they would not be sent")
    unseen: int = Field(description="Of those, not looked up yet")


def _refusals(*statuses: int) -> dict[int, type[shapes.ProblemDocument]]:
    return dict.fromkeys(statuses, shapes.ProblemDocument)


# The same address as reading it, so the same router.
@orders.patch(
    "/companies/{company_id}/orders/{path:reference}",
    response={200: shapes.OrderState, **_refusals(400, 401, 404, 409, 413, 415, 422)},
    openapi_extra={"requestBody": request_body(NewPriority)},
)
def change_priority(
    request: ApiRequest, company_id: str, reference: str, integration: str = ""
) -> dict[str, Any]:
    """Let an order that waits go out sooner or later. A repeat changes nothing."""
    connection = connection_of(request, company_id, integration)
    delivery = delivery_of(connection, reference)
    wanted = WORDS[bodies.read_shape(request, NewPriority).priority]
    try:
        urgency.change(delivery, wanted, by=caller(request), now=database_now())
    except NotPossible as refused:
        raise Problem(_REFUSED[refused.code]) from refused
    fresh = delivery_of(connection, reference)
    return shapes.order_state(fresh.order, standing.hold_of(connection, now=database_now()))


@router.get(SHADOW, response={200: ShadowState, **_refusals(401, 404, 409)})
def show_shadow(request: ApiRequest, company_id: str, integration: str = "") -> dict[str, Any]:
    """Whether it is on, and what would go out if it ended now."""
    return _state(connection_of(request, company_id, integration))


@router.put(SHADOW, response={200: ShadowState, **_refusals(401, 404, 409)})
def begin_shadow(request: ApiRequest, company_id: str, integration: str = "") -> dict[str, Any]:
    """Send nothing to the company; build what comes in, check it and look it up."""
    connection = connection_of(request, company_id, integration)
    shadow.switch_on(connection, by=caller(request), now=database_now())
    ring()
    return _state(connection)


@router.delete(SHADOW, response={200: ShadowState, **_refusals(401, 404, 409)})
def end_shadow(request: ApiRequest, company_id: str, integration: str = "") -> dict[str, Any]:
    """End it: what waits is looked up once more, and sent where it isn't there."""
    connection = connection_of(request, company_id, integration)
    shadow.switch_off(connection, by=caller(request), now=database_now())
    ring()
    return _state(connection)


def _state(connection: Connection) -> dict[str, Any]:
    now = shadow.shadow_of(connection)
    return {
        "on": now.is_on, "since": now.since, "ends_at": now.ends_at,
        "waiting": now.waiting, "found": now.found, "unseen": now.unseen,
    }  # fmt: skip
