"""If-Match and ETag: nobody changes an order that another has changed meanwhile."""

from __future__ import annotations

import hashlib

from sandbox.guard import Call
from sandbox.http import Headers, problem
from sandbox.salesorders.problems import Refused
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox
from sandbox.switches import Switches


def etag_of(order: Order, switches: Switches) -> str:
    """With its quotes. The version that the body tells, or something else of it."""
    if switches.etag_value == "version":
        return f'"{order.version}"'
    told = f"{order.name}/{order.version_number}".encode()
    return f'"{hashlib.sha256(told).hexdigest()[:16]}"'


def etag_header(order: Order, switches: Switches) -> Headers:
    return [("ETag", etag_of(order, switches))]


def check_version(sandbox: Sandbox, call: Call, order: Order, *, declared: bool) -> None:
    """Raises Refused: 428 without If-Match, 412 when it is not the order's.

    ``declared`` is a change for which the document declares both answers.
    """
    switches = sandbox.switches
    given = call.request.headers.get("if-match", "").strip()
    if not given:
        if declared or switches.if_match_needed == "every_change":
            raise Refused(problem(428, "Send If-Match with the version you have read."))
        return
    if given == "*" and switches.if_match_star == "matches":
        return
    wanted = etag_of(order, switches)
    known = {wanted}
    if switches.if_match_form == "any":
        known |= {wanted.strip('"'), f"W/{wanted}"}
    if not known.intersection(one.strip() for one in given.split(",")):
        raise Refused(problem(412, "The order has another version by now."))
