"""The operations: a company's orders, submitted, read, listed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpResponse
from ninja import Router, Status
from pydantic import Field

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import standing
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.urgency import WORDS
from integrations.deliveries.tasks import ring
from integrations.intake.api import bodies, shapes
from integrations.intake.api.authentication import ApiRequest
from integrations.intake.api.lookups import connection_of
from integrations.intake.api.problems import Problem
from integrations.intake.services import accepting, asked_priority, finding
from integrations.orders.models import SalesOrder
from integrations.orders.services import content
from integrations.orders.services.faults import Fault

router = Router(tags=["orders"])
READ = ["GET", "HEAD"]
MOST_A_PAGE = 200


def _refusals(*statuses: int) -> dict[int, type[shapes.ProblemDocument]]:
    return dict.fromkeys(statuses, shapes.ProblemDocument)


@router.post(
    "/companies/{company_id}/orders",
    response={202: shapes.AcceptedOrder, **_refusals(400, 401, 404, 409, 413, 415, 422)},
    openapi_extra={"requestBody": shapes.NEW_ORDER},
)
def submit_order(
    request: ApiRequest, response: HttpResponse, company_id: str, integration: str = ""
) -> Status[dict[str, Any]]:
    """Accept one order. The same order again gets the same answer and is delivered once."""
    connection = connection_of(request, company_id, integration)
    raw, priority, unclear = asked_priority.taken_out(bodies.read_object(request))
    checked = content.check(raw, prefix=connection.integration.reference_prefix)
    if checked.content is None or unclear:
        faults = [*checked.faults, *unclear]
        raise Problem("order-refused", errors=[_error(fault) for fault in faults])
    try:
        accepted = accepting.accept(
            connection,
            checked.content,
            source=SalesOrder.Source.API,
            now=database_now(),
            priority=Delivery.Priority.NORMAL if priority is None else priority,
        )
    except accepting.ReferenceReused as error:
        raise Problem("reference-reused", reference=checked.content["reference"]) from error
    if accepted.created:
        ring()
    order = accepted.delivery.order
    response["Location"] = _address(connection, order.reference)
    body = {
        "reference": order.reference,
        "company": str(connection.company_id),
        "integration": connection.integration.slug,
        "submitted_at": order.submitted_at,
        "href": response["Location"],
    }
    return Status(HTTPStatus.ACCEPTED, body)


@router.api_operation(
    READ,
    "/companies/{company_id}/orders",
    response={200: shapes.OrderPage, **_refusals(401, 404, 409, 422)},
)
def list_orders(
    request: ApiRequest,
    company_id: str,
    integration: str = "",
    state: Delivery.State | None = None,
    priority: shapes.PriorityName | None = None,
    before: Annotated[int | None, Field(ge=1, le=2**62)] = None,
    limit: Annotated[int, Field(ge=1, le=MOST_A_PAGE)] = 50,
) -> dict[str, Any]:
    """The company's orders, newest first, a page at a time. Follow ``next`` to go on."""
    connection = connection_of(request, company_id, integration)
    orders, key = finding.newest_orders(
        connection,
        state=state or "",
        before=before,
        limit=limit,
        priority=WORDS[priority] if priority else None,
    )
    hold = standing.hold_of(connection, now=database_now())
    following: dict[str, Any] = {
        "state": state or None, "priority": priority, "before": key, "limit": limit,
    }  # fmt: skip
    return {
        "orders": [shapes.order_state(order, hold) for order in orders],
        "next": _address(connection, **following) if key else None,
    }


@router.api_operation(
    READ,
    "/companies/{company_id}/orders/{path:reference}",
    response={200: shapes.Order, **_refusals(401, 404, 409)},
)
def show_order(
    request: ApiRequest, company_id: str, reference: str, integration: str = ""
) -> dict[str, Any]:
    """One order: where it is, what Visma.net calls it, and what was submitted."""
    connection = connection_of(request, company_id, integration)
    order = finding.order_of(connection, reference)
    if order is None:
        raise Problem("not-found")
    state = shapes.order_state(order, standing.hold_of(connection, now=database_now()))
    return {**state, "attempts": order.delivery.attempt, "order": order.content}


def _address(connection: Connection, reference: str = "", **query: str | int | None) -> str:
    # With the integration named, so that it still holds when a second one is connected.
    asked = {"integration": connection.integration.slug, **query}
    text = urlencode({name: value for name, value in asked.items() if value is not None})
    orders = f"{settings.PUBLIC_URL}/api/v1/companies/{connection.company_id}/orders"
    return f"{orders}/{quote(reference, safe='')}?{text}" if reference else f"{orders}?{text}"


def _error(fault: Fault) -> dict[str, str]:
    pointer = "#" + quote(fault.path, safe="/~")
    error = {"pointer": pointer, "code": fault.code, "detail": fault.message}
    return error | ({"value": fault.value} if fault.value else {})
