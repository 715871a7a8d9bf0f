"""What a write is answered with, and V3's refusals in the ERP's words."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from sandbox.erp.errors import erp_error
from sandbox.erp.orders.wrapping import Unreadable
from sandbox.guard import Call, CompanyEndpoint
from sandbox.http import Headers, NotJson, Response, json_response
from sandbox.salesorders.problems import Refused
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox

BASIC = "salesorderbasic"


def read_body(call: Call) -> Any:
    """The JSON body. Raises NotJson."""
    return call.request.json() if call.request.body.strip() else {}


def gone(sandbox: Sandbox) -> Response | None:
    """After their end of life the order endpoints only slow down; one day they stop."""
    if sandbox.switches.old_order_api == "gone":
        return erp_error(sandbox, 410, "Use version 3 of the sales order API.")
    return None


def created(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """201 with Location, on the base and version that was called."""
    headers: Headers = [("Location", _location(sandbox, call, order))]
    if sandbox.switches.erp_created_body == "object":
        return json_response({}, 201, headers)
    return Response(201, b"", headers)


def changed(order: Order) -> Response:
    """204 with the new ETag."""
    return Response(204, b"", [("ETag", f'"{order.version}"')])


def refusing(work: CompanyEndpoint) -> CompanyEndpoint:
    """The endpoint, whose refusals become a 400 with a message."""

    def answered(sandbox: Sandbox, call: Call) -> Response:
        try:
            return work(sandbox, call)
        except NotJson as error:
            return erp_error(sandbox, 400, f"The body is not JSON: {error}")
        except Unreadable as error:
            return erp_error(sandbox, 400, str(error))
        except Refused as refusal:
            return _refused(sandbox, refusal.response)

    return answered


def _refused(sandbox: Sandbox, response: Response) -> Response:
    """Say in one message what version 3 says in ``errors``; its 409 is a 400 here."""
    content = json.loads(response.body) if response.body else {}
    lines = [
        f"{place}: {' '.join(texts)}" for place, texts in (content.get("errors") or {}).items()
    ]
    return erp_error(sandbox, 400, "\n".join(lines) or str(content.get("detail") or ""))


def _location(sandbox: Sandbox, call: Call, order: Order) -> str:
    base = sandbox.switches.erp_location_base.rstrip("/") or sandbox.settings.public_url
    resource = BASIC if BASIC in call.request.path.lower() else "salesorder"
    root = call.request.path.lower().partition("/salesorder")[0].rstrip("/")
    with_case = call.request.path[: len(root)]
    name = quote(
        order.name if sandbox.switches.erp_location == "type_and_number" else order.order_id
    )
    return f"{base}{with_case}/{resource}/{name}"
