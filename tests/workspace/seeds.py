"""Rows as the product leaves them: connections in every state, orders in every state."""

from __future__ import annotations

import itertools
import json
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.audit.models import AuditEvent
from integrations.audit.services import record
from integrations.connections.models import (
    Application,
    Company,
    Connection,
    Grant,
    Integration,
)
from integrations.deliveries.models import Attempt, Delivery, Lane, Look
from integrations.deliveries.services.lanes import lane_for
from integrations.orders.models import SalesOrder
from integrations.orders.services import payloads
from integrations.tenants.models import Tenant

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONTENT = {
    "buyer": "10042",
    "date": "2026-11-20",
    "currency": "NOK",
    "lines": [
        {"item": "BLK-1020", "description": "Vase, blue", "quantity": "12", "unit_price": "399.00"},
        {"item": "FRT-01", "description": "Freight", "quantity": "1", "unit_price": "1000.00"},
    ],
}
_numbers = itertools.count(100_000)


def make_integration(slug: str = "webshop", kind: str = "connect") -> Integration:
    application, _ = Application.objects.get_or_create(
        slug=f"{slug}-app",
        defaults={
            "name": "Webshop orders",
            "kind": kind,
            "client_id": f"isv_{slug}",
            "invitation_code": "N4R7-QK2D" if kind == "service" else "",
        },
    )
    integration, _ = Integration.objects.get_or_create(
        slug=slug,
        defaults={
            "application": application,
            "name": "Webshop orders",
            "purpose": "Orders from your shop become sales orders.",
            "scopes": "visma.net.erp.salesorder:write visma.net.erp.salesorder:read",
        },
    )
    return integration


def make_connection(
    tenant: Tenant,
    name: str = "Fjordlys AS",
    *,
    integration: Integration | None = None,
    **columns: Any,
) -> Connection:
    """A connection that works, proven at noon, unless ``columns`` say otherwise."""
    company = Company.objects.create(
        tenant=tenant, name=name, number="999 000 011", currency="NOK",
        visma_tenant_id=uuid.uuid4(), name_verified=True,
    )  # fmt: skip
    offered = integration or make_integration()
    grant = Grant.objects.create(
        tenant=tenant, application=offered.application, kind=offered.application.kind,
        visma_tenant_id=company.visma_tenant_id,
        visma_user_email="nordhandel@fjordlys.test", scopes=offered.scopes, token_number=1,
    )  # fmt: skip
    grant.sealed_access_token = grant.sealed("access_token", "seeded-access-token")
    grant.save()
    works = {"state": "connected", "proven_at": NOON, "confirmed_at": NOON, "grant": grant}
    connection = Connection.objects.create(
        integration=offered, company=company, **{**works, **columns}
    )
    lane_for(connection)
    return connection


def lane_of(connection: Connection) -> Lane:
    return Lane.objects.select_related(
        "connection__company", "connection__integration", "connection__grant"
    ).get(connection=connection)


def make_delivery(
    connection: Connection,
    state: str = "pending",
    reference: str = "",
    *,
    at: datetime = NOON,
    content: dict[str, Any] | None = None,
    **columns: Any,
) -> Delivery:
    """An order accepted at a time, and where it stands; columns the state needs are filled."""
    members = {**CONTENT, **(content or {})}
    number = next(_numbers)
    order = SalesOrder.objects.create(
        connection=connection,
        reference=reference or f"WEB-{number}",
        content={"reference": reference or f"WEB-{number}", **members},
        content_digest="0" * 64,
        buyer=members["buyer"],
        ordered_on=date.fromisoformat(members["date"]),
        total=Decimal("5788.00"),
        line_count=len(members["lines"]),
        source="api",
        submitted_at=at,
    )
    needed: dict[str, dict[str, Any]] = {
        "sending": {"epoch": 1, "attempt": 1, "first_sent_at": at},
        "uncertain": {
            "attempt": 1, "first_sent_at": at, "uncertain_at": at,
            "quarantined_until": at + timedelta(minutes=3), "look_at": at + timedelta(seconds=30),
        },
        "delivered": {
            "attempt": 1, "visma_type": "SO", "visma_number": f"{number:06d}",
            "settled_at": at + timedelta(seconds=1),
        },
        "rejected": {
            "attempt": 1, "settled_at": at + timedelta(seconds=1),
            "problem": {"title": "One or more validation errors occurred.", "details": [{
                "code": "1804-InventoryIdNotFound", "message": "InventoryId cannot be found",
                "field": "orderLines[0].inventoryId",
            }]},
        },
        "parked": {
            "attempt": 1, "reason": "differs", "settled_at": at + timedelta(minutes=9),
        },
        "cancelled": {"settled_at": at + timedelta(minutes=1)},
    }  # fmt: skip
    return Delivery.objects.create(
        order=order,
        lane=Lane.objects.get(connection=connection),
        state=state,
        due_at=columns.pop("due_at", at),
        visma_company=connection.company.visma_key,
        payload=payloads.as_text(
            payloads.new_sales_order(
                order.content, reference=order.reference, defaults=payloads.Defaults()
            )
        ),
        **{**needed.get(state, {}), **columns},
    )


def make_attempt(delivery: Delivery, ending: str = "answered", **columns: Any) -> Attempt:
    """One attempt, a second after acceptance and a second long, with the next number."""
    opened = columns.pop("opened_at", delivery.order.submitted_at + timedelta(seconds=1))
    ended = {"ended_at": opened + timedelta(seconds=1)} if ending else {}
    if ending == "answered":
        ended["answered_at"] = ended["ended_at"]
        columns.setdefault("status", 201)
    return Attempt.objects.create(
        delivery=delivery,
        number=columns.pop("number", delivery.attempts.count() + 1),
        epoch=1,
        route="salesorder-v3",
        token_number=1,
        opened_at=opened,
        ending=ending,
        **{**ended, **columns},
    )


def make_look(delivery: Delivery, finding: str, *, at: datetime, **columns: Any) -> Look:
    return Look.objects.create(
        delivery=delivery,
        attempt=1,
        begun_at=at,
        whole=True,
        finding=finding,
        status=200,
        **columns,
    )


REFUSED_BODY = json.dumps(
    {
        "title": "One or more validation errors occurred.",
        "details": [{"code": "1804-InventoryIdNotFound", "message": "InventoryId cannot be found"}],
    }
)


def make_history(connection: Connection, *, now: datetime) -> dict[str, Delivery]:
    """One order in every state, with the attempts and looks that led there."""
    minutes = {name: now - timedelta(minutes=n) for n, name in enumerate(
        ["pending", "paused", "sending", "uncertain", "rejected", "several", "cant", "delivered",
         "looked", "cancelled", "later"], start=1)}  # fmt: skip
    made = {
        "pending": make_delivery(connection, at=minutes["pending"], due_at=now),
        "paused": make_delivery(connection, at=minutes["paused"], paused_at=now),
        "later": make_delivery(
            connection, at=minutes["later"], due_at=now + timedelta(minutes=2), attempt=1
        ),
        "sending": make_delivery(connection, "sending", at=minutes["sending"]),
        "uncertain": make_delivery(connection, "uncertain", at=minutes["uncertain"]),
        "rejected": make_delivery(connection, "rejected", at=minutes["rejected"]),
        "several": make_delivery(
            connection, "parked", at=minutes["several"], reason="several_found"
        ),
        "cant": make_delivery(connection, "parked", at=minutes["cant"], reason="cant_be_asked"),
        "delivered": make_delivery(connection, "delivered", at=minutes["delivered"]),
        "looked": make_delivery(
            connection, "delivered", at=minutes["looked"],
            settled_at=minutes["looked"] + timedelta(minutes=4),
        ),
        "cancelled": make_delivery(connection, "cancelled", at=minutes["cancelled"]),
    }  # fmt: skip
    make_attempt(made["sending"], "")
    make_attempt(made["later"], "gate", fault="Connection refused", curl_code=7)
    make_attempt(made["uncertain"], "unknown", curl_code=56, fault="Connection reset by peer")
    make_attempt(made["rejected"], status=400, answer=REFUSED_BODY)
    for name in ("several", "cant", "looked"):
        make_attempt(made[name], "unknown", curl_code=52, fault="Empty reply from server")
    delivered = made["delivered"]
    make_attempt(delivered, visma_type="SO", visma_number=delivered.visma_number)
    begun = minutes["looked"]
    make_look(made["looked"], "miss", at=begun + timedelta(minutes=1), rows_read=40)
    make_look(made["looked"], "hit", at=begun + timedelta(minutes=4), rows_read=41, numbers="SO 7")
    make_look(
        made["several"],
        "several",
        at=minutes["several"] + timedelta(minutes=5),
        numbers="SO 1, SO 2",
    )
    make_look(made["cant"], "failed", at=minutes["cant"] + timedelta(minutes=5))
    return made


READ = "Nordhandel ber om å legge ordrene dine i Visma.net\nIngenting annet"


def write_consent(
    connection: Connection, verb: str = "granted", *, minutes: int = 0, **more: Any
) -> AuditEvent:
    """An entry of the consent ledger, as somebody from Norway left it; more facts as given."""
    company = connection.company
    personal = {
        "email": "nordhandel@fjordlys.test",
        "company_name": company.name,
        "address": "10.0.0.7",
        **more.pop("personal", {}),
    }
    facts = {
        "connection": connection.pk, "grant": str(connection.grant_id), "kind": "connect",
        "company": company.visma_key, "integration": "Webshop orders",
        "application": "isv_webshop", "scopes": ["visma.net.erp.salesorder:write"],
        "text": READ if verb in ("granted", "renewed") else "", "language": "nb", **more,
    }  # fmt: skip
    at = NOON + timedelta(minutes=minutes)
    return record(company.tenant, f"consent.{verb}", facts=facts, personal=personal, now=at)
