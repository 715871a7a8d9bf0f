"""POST /api/v3/SalesOrders."""

from __future__ import annotations

import secrets

from sandbox.guard import Call
from sandbox.http import NotJson, Response, problem
from sandbox.salesorders.creation import Refused, place_order
from sandbox.salesorders.problems import unreadable_body
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox

JSON_TYPES = ("application/json", "text/json")


def create_order(sandbox: Sandbox, call: Call) -> Response:
    """201 without a body; the number is only in Location. The same body twice, two orders."""
    request = call.request
    if request.content_type not in JSON_TYPES and not request.content_type.endswith("+json"):
        return problem(415, "Send JSON.")
    try:
        body = request.json()
        order = place_order(sandbox, call.company, call.token.client_id, body)
    except NotJson as error:
        return unreadable_body(str(error))
    except Refused as refusal:
        return refusal.response
    request.entry.committed = order.name
    request.entry.committed_at = sandbox.clock.seconds()
    return _created(sandbox, order)


def _created(sandbox: Sandbox, order: Order) -> Response:
    base = sandbox.switches.location_base.rstrip("/") or sandbox.settings.public_url
    headers = [("apigw-requestid", secrets.token_urlsafe(11) + "=")]
    if sandbox.switches.etag_on_create:
        headers.append(("ETag", f'"{order.version}"'))
    headers.append(("Location", f"{base}/api/v3/SalesOrders/{order.name}"))
    return Response(201, b"", headers)
