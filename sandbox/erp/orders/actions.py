"""Cancelling and reopening, and files laid beside an order."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from typing import Any

from sandbox.draws import drawn_uuid
from sandbox.erp.errors import erp_error
from sandbox.erp.orders.answers import gone, read_body
from sandbox.erp.orders.finding import find_order, order_not_found
from sandbox.erp.records import Attachment
from sandbox.guard import Call
from sandbox.http import Request, Response, json_response
from sandbox.salesorders.change import changed
from sandbox.state import Sandbox

FINISHED = frozenset({"Completed", "Cancelled"})


def cancel_order(sandbox: Sandbox, call: Call) -> Response:
    """``{"orderType": "SO"}``; the type is not wrapped."""
    return _turn(sandbox, call, "Cancelled", refused_in=FINISHED)


def reopen_order(sandbox: Sandbox, call: Call) -> Response:
    return _turn(sandbox, call, "Open", refused_in=frozenset({"Open", "Completed"}))


def attach_file(sandbox: Sandbox, call: Call) -> Response:
    """A multipart form with one file or more; names and sizes are kept."""
    order = find_order(sandbox, call)
    if order is None:
        return order_not_found(sandbox)
    line = int(call.request.parameters.get("line_number", "0"))
    if line and order.line(line) is None:
        return erp_error(sandbox, 404, "Order line not found")
    files = _files(call.request)
    if not files:
        return erp_error(sandbox, 400, "The request holds no file.")
    kept = sandbox.erp.attachments.setdefault((call.company.tenant_id, *order.key), [])
    kept += [Attachment(drawn_uuid(sandbox.random), name, size, line) for name, size in files]
    location = sandbox.url(f"/v1/attachment/{kept[-1].id}")
    return Response(201, b"", [("Location", location)])


def delete_file(sandbox: Sandbox, call: Call) -> Response:
    order = find_order(sandbox, call)
    key = (call.company.tenant_id, *order.key) if order else ("", "", "")
    kept = sandbox.erp.attachments.get(key, [])
    left = [one for one in kept if one.id != call.request.parameters["file_id"]]
    if len(left) == len(kept):
        return erp_error(sandbox, 404, "Attachment not found")
    sandbox.erp.attachments[key] = left
    return Response(204)


def _turn(sandbox: Sandbox, call: Call, status: str, *, refused_in: frozenset[str]) -> Response:
    if answer := gone(sandbox):
        return answer
    order_type = _order_type(read_body(call))
    if order_type:
        call.request.parameters["order_type"] = order_type
    order = find_order(sandbox, call)
    if order is None:
        return order_not_found(sandbox)
    if order.status in refused_in:
        return erp_error(sandbox, 400, f"An order that is {order.status} can't become {status}.")
    order.status = status
    changed(sandbox, call, order)
    if sandbox.switches.erp_action_body == "empty":
        return Response(200)
    return json_response({"actionId": drawn_uuid(sandbox.random), "actionResult": "Done"})


def _order_type(body: Any) -> str:
    """As text, or wrapped, or within the order that a reopening sends along."""
    found = body.get("orderType") if isinstance(body, dict) else None
    if found is None and isinstance(body, dict):
        inner = body.get("saleOrderUpdateDto")
        found = inner.get("orderType") if isinstance(inner, dict) else None
    if isinstance(found, dict):
        found = found.get("value")
    return found if isinstance(found, str) else ""


def _files(request: Request) -> list[tuple[str, int]]:
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("latin-1")
    form: Message = message_from_bytes(head + request.body, policy=HTTP)
    if not form.is_multipart():
        return []
    found = []
    for part in form.walk():
        content = part.get_payload(decode=True)
        if part.get_filename() and isinstance(content, bytes):
            found.append((str(part.get_filename()), len(content)))
    return found
