"""What a webhook says. Only the older publisher's form for orders is known."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from string import Template
from typing import TYPE_CHECKING, Any

from sandbox.clock import iso
from sandbox.webhooks.records import (
    BACKGROUND,
    CONNECT,
    FINANCIALS,
    Notification,
    Subscription,
)

if TYPE_CHECKING:
    from sandbox.state import Sandbox

SIGNATURE_HEADER = "X-VWD-Signature-V1"
EPOCH_IN_TICKS = 621_355_968_000_000_000
TICKS_A_SECOND = 10_000_000


def body_of(sandbox: Sandbox, subscription: Subscription, told: list[Notification]) -> str:
    """The JSON text for these notifications; more than one only in the older form."""
    is_background = told[0].event == BACKGROUND
    if subscription.publisher == FINANCIALS and not is_background:
        return _json([_older(sandbox, one) for one in told])
    switches = sandbox.switches
    if is_background:
        template = switches.background_webhook_template
    elif subscription.publisher == CONNECT:
        template = switches.connect_webhook_template
    else:
        template = switches.webhook_template
    if template:
        return Template(template).safe_substitute(_placeholders(told[0]))
    return _json(_newer(told[0]))


def signature(secret: str, body: bytes) -> str:
    """Base64 of the HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def ticks(seconds: float) -> int:
    """A moment as .NET counts it: tenths of microseconds since the year 1."""
    return EPOCH_IN_TICKS + int(seconds * TICKS_A_SECOND)


def _older(sandbox: Sandbox, told: Notification) -> dict[str, Any]:
    company = sandbox.world.companies.get(told.tenant_id)
    path = f"api/v1/salesorder/{told.members.get('type', '')}/{told.members.get('orderId', '')}"
    return {
        "notificationId": told.id,
        "contextId": str(company.company_id) if company else told.tenant_id,
        "event": told.event,
        "relativeResourceUri": path,
        "resourceUri": sandbox.url(f"/API/controller/{path}"),
        "status": told.members.get("status", ""),
        "timeStamp": ticks(told.at),
    }


def _newer(told: Notification) -> dict[str, Any]:
    return {
        "id": told.id,
        "event": told.event,
        "tenantId": told.tenant_id,
        "timestamp": _moment(told),
        "data": told.members,
    }


def _placeholders(told: Notification) -> dict[str, str]:
    """Ready to stand between the quotes of a JSON text."""
    known = told.members | {
        "id": told.id,
        "event": told.event,
        "tenant_id": told.tenant_id,
        "at": _moment(told),
        "ticks": str(ticks(told.at)),
    }
    return {name: json.dumps(value)[1:-1] for name, value in known.items()}


def _moment(told: Notification) -> str:
    return iso(datetime.fromtimestamp(told.at, UTC)) or ""


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
