"""The operations that hold back, let go, cancel and send again: one thing each."""

from __future__ import annotations

from typing import Any

from ninja import Router

from integrations.deliveries.services import decisions, pauses, pausing, reaches, standing
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.decisions import NotPossible
from integrations.deliveries.services.reaches import Reach
from integrations.deliveries.tasks import ring
from integrations.intake.api import bodies, control_shapes, shapes
from integrations.intake.api.authentication import ApiRequest
from integrations.intake.api.control_shapes import request_body
from integrations.intake.api.lookups import caller, connection_of, delivery_of, integration_of
from integrations.intake.api.operations import router as orders
from integrations.intake.api.problems import Problem

router = Router(tags=["control"])
# What was asked for is so already: a repeat gets the same answer.
_SO_ALREADY = {
    "cancel_cancelled", "resend_pending", "resend_sending", "resend_uncertain",
}  # fmt: skip
_REFUSED = {"decide_first": "decide-first", "pause_cancelled": "order-cancelled"}


def refusals(*statuses: int) -> dict[int, type[shapes.ProblemDocument]]:
    return dict.fromkeys(statuses, shapes.ProblemDocument)


# The same address as reading it, so the same router.
@orders.post(
    "/companies/{company_id}/orders/{path:reference}",
    response={200: shapes.OrderState, **refusals(400, 401, 404, 409, 413, 415, 422)},
    openapi_extra={"requestBody": request_body(control_shapes.Decision)},
)
def decide(
    request: ApiRequest, company_id: str, reference: str, integration: str = ""
) -> dict[str, Any]:
    """Cancel an order, send it again, hold it back or let it go. A repeat changes nothing."""
    connection = connection_of(request, company_id, integration)
    delivery = delivery_of(connection, reference)
    wanted = bodies.read_shape(request, control_shapes.Decision)
    act = {
        "cancel": decisions.cancel, "resend": decisions.resend,
        "pause": decisions.pause, "resume": decisions.resume,
    }[wanted.do]  # fmt: skip
    try:
        act(delivery, by=caller(request), now=database_now())
    except NotPossible as refused:
        if refused.code not in _SO_ALREADY:
            raise Problem(_REFUSED.get(refused.code, "order-delivered")) from refused
    ring()
    fresh = delivery_of(connection, reference)
    return shapes.order_state(fresh.order, standing.hold_of(connection, now=database_now()))


@router.get("/pauses", response={200: control_shapes.Pauses, **refusals(401)})
def list_pauses(request: ApiRequest) -> dict[str, Any]:
    """What stands over the tenant's orders now, the widest first."""
    return _pauses(request)


@router.put(
    "/pause",
    response={200: control_shapes.Pauses, **refusals(400, 401, 413, 415, 422)},
    openapi_extra={"requestBody": request_body(control_shapes.NewPause, required=False)},
)
def pause_tenant(request: ApiRequest) -> dict[str, Any]:
    """Send nothing of the tenant."""
    return _pause(request, reaches.of_tenant(request.auth.tenant))


@router.delete("/pause", response={200: control_shapes.Pauses, **refusals(401)})
def resume_tenant(request: ApiRequest) -> dict[str, Any]:
    """Let the tenant's orders go; what else is paused stays so."""
    return _resume(request, reaches.of_tenant(request.auth.tenant))


@router.put(
    "/integrations/{integration}/pause",
    response={200: control_shapes.Pauses, **refusals(400, 401, 404, 413, 415, 422)},
    openapi_extra={"requestBody": request_body(control_shapes.NewPause, required=False)},
)
def pause_integration(request: ApiRequest, integration: str) -> dict[str, Any]:
    """Send nothing of the tenant over an integration."""
    return _pause(request, _of_integration(request, integration))


@router.delete(
    "/integrations/{integration}/pause",
    response={200: control_shapes.Pauses, **refusals(401, 404)},
)
def resume_integration(request: ApiRequest, integration: str) -> dict[str, Any]:
    return _resume(request, _of_integration(request, integration))


@router.put(
    "/companies/{company_id}/pause",
    response={200: control_shapes.Pauses, **refusals(400, 401, 404, 409, 413, 415, 422)},
    openapi_extra={"requestBody": request_body(control_shapes.NewPause, required=False)},
)
def pause_company(request: ApiRequest, company_id: str, integration: str = "") -> dict[str, Any]:
    """Send nothing to a company."""
    connection = connection_of(request, company_id, integration)
    return _pause(request, reaches.of_connection(connection))


@router.delete(
    "/companies/{company_id}/pause",
    response={200: control_shapes.Pauses, **refusals(401, 404, 409)},
)
def resume_company(request: ApiRequest, company_id: str, integration: str = "") -> dict[str, Any]:
    connection = connection_of(request, company_id, integration)
    return _resume(request, reaches.of_connection(connection))


def _of_integration(request: ApiRequest, slug: str) -> Reach:
    return reaches.of_integration(integration_of(request, slug), request.auth.tenant)


def _pause(request: ApiRequest, reach: Reach) -> dict[str, Any]:
    why = bodies.read_shape(request, control_shapes.NewPause).why if request.body else ""
    pausing.pause(reach, by=caller(request), why=why, now=database_now())
    return _pauses(request)


def _resume(request: ApiRequest, reach: Reach) -> dict[str, Any]:
    pausing.resume(reach, by=caller(request), now=database_now())
    ring()
    return _pauses(request)


def _pauses(request: ApiRequest) -> dict[str, Any]:
    tenant = request.auth.tenant
    rows = [*pauses.over_tenant(tenant), *pauses.of_companies(tenant)]
    return {"pauses": [control_shapes.pause_state(row) for row in rows]}
