"""The operations of bulk acts: cancelling or sending again all that a filter finds."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from ninja import Router, Status

from integrations.deliveries.models import BulkAct
from integrations.deliveries.services import bulk_acts
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.selecting import Selection
from integrations.deliveries.tasks import act_soon
from integrations.intake.api import bodies, control_shapes
from integrations.intake.api.authentication import ApiRequest
from integrations.intake.api.control import refusals
from integrations.intake.api.control_shapes import NewBulkAct, request_body
from integrations.intake.api.lookups import act_of, caller, connection_of, integration_of
from integrations.intake.api.problems import Problem

router = Router(tags=["bulk acts"])


@router.post(
    "/bulk-acts/preview",
    response={200: control_shapes.Preview, **refusals(400, 401, 404, 409, 413, 415, 422)},
    openapi_extra={"requestBody": request_body(NewBulkAct)},
)
def preview(request: ApiRequest) -> dict[str, Any]:
    """What a bulk act would do now. Nothing is changed."""
    wanted = bodies.read_shape(request, NewBulkAct)
    selection = _selection(request, wanted.filter)
    found = bulk_acts.preview(request.auth.tenant, wanted.deed, selection, now=database_now())
    return {
        "count": found.count,
        "left_out": control_shapes.left_out(found.left_out),
        "sample": [delivery.order.reference for delivery in found.sample],
    }


@router.post(
    "/bulk-acts",
    response={
        200: control_shapes.BulkActState,
        202: control_shapes.BulkActState,
        **refusals(400, 401, 404, 409, 413, 415, 422),
    },
    openapi_extra={"requestBody": request_body(NewBulkAct)},
)
def start(request: ApiRequest, response: HttpResponse) -> Status[dict[str, Any]]:
    """Begin a bulk act. While it runs, the same request finds it instead of beginning another."""
    wanted = bodies.read_shape(request, NewBulkAct)
    selection = _selection(request, wanted.filter)
    act, new = bulk_acts.start(
        request.auth.tenant, wanted.deed, selection, by=caller(request), now=database_now()
    )
    if new:
        act_soon(act)
        act.refresh_from_db()
    response["Location"] = _address(act)
    status = HTTPStatus.ACCEPTED if new else HTTPStatus.OK
    return Status(status, control_shapes.act_state(act, _address(act)))


@router.get("/bulk-acts", response={200: control_shapes.BulkActs, **refusals(401)})
def list_acts(request: ApiRequest) -> dict[str, Any]:
    """The newest first."""
    acts = bulk_acts.newest(request.auth.tenant)
    return {"acts": [control_shapes.act_state(act, _address(act)) for act in acts]}


@router.get(
    "/bulk-acts/{act_id}", response={200: control_shapes.BulkActState, **refusals(401, 404)}
)
def show(request: ApiRequest, act_id: str) -> dict[str, Any]:
    """How far it is, and what was left out."""
    act = act_of(request, act_id)
    return control_shapes.act_state(act, _address(act))


@router.post(
    "/bulk-acts/{act_id}/stop", response={200: control_shapes.BulkActState, **refusals(401, 404)}
)
def stop(request: ApiRequest, act_id: str) -> dict[str, Any]:
    """Do no more of it; what is done stays done. An act that has ended stays as it is."""
    act = act_of(request, act_id)
    bulk_acts.stop(act, by=caller(request), now=database_now())
    return control_shapes.act_state(act, _address(act))


def _selection(request: ApiRequest, wanted: control_shapes.Filter) -> Selection:
    connection = None
    if wanted.company is not None:
        connection = connection_of(request, str(wanted.company), wanted.integration or "").pk
    elif wanted.integration:
        integration_of(request, wanted.integration)
    selection = Selection(
        state=wanted.state or "",
        reason=str(wanted.reason or ""),
        priority=wanted.priority or "",
        connection=connection,
        integration="" if connection else wanted.integration or "",
        since=wanted.since,
        until=wanted.until,
        text=(wanted.text or "").strip(),
    )
    if selection.is_everything:
        raise Problem("filter-empty")
    return selection


def _address(act: BulkAct) -> str:
    return f"{settings.PUBLIC_URL}/api/v1/bulk-acts/{act.pk}"
