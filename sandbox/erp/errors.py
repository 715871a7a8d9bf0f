"""The two bodies in which the ERP says what is wrong, and the two it uses now and then."""

from __future__ import annotations

from typing import Any

from sandbox.draws import drawn_uuid
from sandbox.http import Response, json_response
from sandbox.state import Sandbox

NO_COMPANY = "12002"
NO_LICENSE = "12027"


def erp_error(sandbox: Sandbox, status: int, message: str) -> Response:
    """What the application says: one member, ``message``."""
    return _shaped(sandbox, status, "message", message, "")


def gateway_error(sandbox: Sandbox, status: int, code: str, message: str) -> Response:
    """What the gateway in front of it says: an IPPException with a fault code."""
    return _shaped(sandbox, status, "exception", message, code)


def no_license(sandbox: Sandbox) -> Response:
    """No licence, no API User, or a customer's tenant where a company's is wanted."""
    return gateway_error(
        sandbox, sandbox.switches.no_license_status, NO_LICENSE, "No license for this company."
    )


def _shaped(sandbox: Sandbox, status: int, known: str, message: str, code: str) -> Response:
    shape = sandbox.switches.erp_error_body
    match known if shape == "known" else shape:
        case "message":
            return json_response({sandbox.switches.erp_message_name: message}, status)
        case "exception":
            return json_response(_exception(sandbox, message, code), status)
        case "text":
            return Response(status, message.encode(), [("Content-Type", "text/plain")])
        case _:
            return Response(status)


def _exception(sandbox: Sandbox, message: str, code: str) -> dict[str, Any]:
    guid = drawn_uuid(sandbox.random)
    return {
        "ExceptionType": "IPPException",
        "ExceptionMessage": message,
        "ExceptionFaultCode": code,
        "ExceptionMessageID": f"{code}_{guid}" if code else guid,
        "ExceptionDetails": "",
    }
