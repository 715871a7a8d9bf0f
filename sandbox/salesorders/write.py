"""POST /api/v3/SalesOrders."""

from __future__ import annotations

from urllib.parse import quote

from sandbox.draws import drawn_token
from sandbox.guard import Call
from sandbox.http import Response
from sandbox.salesorders.concurrency import etag_header
from sandbox.salesorders.creation import place_order
from sandbox.salesorders.problems import Refused
from sandbox.salesorders.reading import read_json
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox


def create_order(sandbox: Sandbox, call: Call) -> Response:
    """201 without a body; the number is only in Location. The same body twice, two orders."""
    request, switches = call.request, sandbox.switches
    try:
        body = read_json(call)
        branch = request.headers.get(switches.branch_header.lower(), "").strip()
        order = place_order(sandbox, call.company, call.token.client_id, body, branch)
    except Refused as refusal:
        return refusal.response
    request.entry.committed = order.name
    request.entry.committed_at = sandbox.clock.seconds()
    headers = [("apigw-requestid", drawn_token(sandbox.random, 11) + "=")]
    if switches.etag_on_create:
        headers += etag_header(order, switches)
    headers.append(("Location", order_address(sandbox, order)))
    return Response(201, b"", headers)


def order_address(sandbox: Sandbox, order: Order) -> str:
    """Where the service says the order is. Its host need not be the one that was called."""
    base = sandbox.switches.location_base.rstrip("/") or sandbox.settings.public_url
    return f"{base}/api/v3/SalesOrders/{order.type}/{quote(order.order_id, safe='')}"
