"""What the API takes and answers, as its OpenAPI document shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.standing import Held, Why, held_in
from integrations.deliveries.services.urgency import WORDS, word_of
from integrations.orders.models import SalesOrder

PriorityName = Literal["urgent", "normal", "bulk"]
HOLDS = {why: why.replace("_", "-") for why in Why}


class AcceptedOrder(Schema):
    """An order that was accepted: it is delivered once, or shown to a person."""

    reference: str
    company: str
    integration: str
    submitted_at: datetime
    href: str


class VismaNumber(Schema):
    """What Visma.net calls the order."""

    type: str
    number: str


class OrderState(Schema):
    """Where an order is. ``held`` tells why a pending one waits, None when it doesn't."""

    reference: str
    state: str = Field(description="One of " + ", ".join(Delivery.State.values))
    priority: PriorityName
    held: str | None = Field(description=f"One of {', '.join(HOLDS.values())}, or null")
    reason: str | None = Field(description="Why a parked order needs a person")
    visma: VismaNumber | None
    problem: dict[str, Any] | None = Field(description="What was said against the order")
    buyer: str
    date: date
    total: str | None = Field(description="Before tax; null where the ERP sets a price")
    line_count: int
    source: str
    submitted_at: datetime
    settled_at: datetime | None


class Order(OrderState):
    """An order with what was submitted, and how often it was tried."""

    attempts: int
    order: dict[str, Any]


class OrderPage(Schema):
    """Orders, newest first. ``next`` is the address of the page after, null at the end."""

    orders: list[OrderState]
    next: str | None


class ProblemDocument(Schema):
    """RFC 9457. ``code`` is stable; ``errors`` point into the body (RFC 6901) or at parameters."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, Any]] | None = None


class ProblemKind(Schema):
    """What a code always means."""

    code: str
    title: str
    status: int
    remedy: str


def order_state(order: SalesOrder, hold: Held | None) -> dict[str, Any]:
    """The members of OrderState for an order with its delivery loaded, and its lane's hold."""
    delivery = order.delivery
    number = {"type": delivery.visma_type, "number": delivery.visma_number}
    return {
        "reference": order.reference,
        "state": delivery.state,
        "priority": word_of(delivery.priority),
        "held": _held(delivery, hold),
        "reason": delivery.reason or None,
        "visma": number if delivery.visma_number else None,
        "problem": delivery.problem,
        "buyer": order.buyer,
        "date": order.ordered_on,
        "total": None if order.total is None else f"{order.total:.2f}",
        "line_count": order.line_count,
        "source": order.source,
        "submitted_at": order.submitted_at,
        "settled_at": delivery.settled_at,
    }


def _held(delivery: Delivery, hold: Held | None) -> str | None:
    held = held_in(delivery, hold)
    return HOLDS[held.code] if held else None


NEW_ORDER = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["reference", "buyer", "date", "lines"],
                "additionalProperties": False,
                "properties": {
                    "reference": {"type": "string", "maxLength": 40},
                    "buyer": {"type": "string", "maxLength": 30},
                    "date": {"type": "string", "format": "date"},
                    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                    "type": {"type": "string", "pattern": "^[A-Za-z0-9]{1,4}$"},
                    "branch": {"type": "string", "maxLength": 30},
                    "description": {"type": "string", "maxLength": 255},
                    "priority": {
                        "type": "string",
                        "enum": list(WORDS),
                        "description": "How soon it goes out; no part of the order",
                    },
                    "lines": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1000,
                        "items": {
                            "type": "object",
                            "required": ["item", "quantity"],
                            "additionalProperties": False,
                            "properties": {
                                "item": {"type": "string", "maxLength": 30},
                                "quantity": {"type": "string", "example": "6"},
                                "unit_price": {"type": "string", "example": "9.95"},
                                "description": {"type": "string", "maxLength": 256},
                                "unit": {"type": "string", "maxLength": 6},
                                "warehouse": {"type": "string", "maxLength": 30},
                                "tax_category": {"type": "string", "maxLength": 10},
                            },
                        },
                    },
                },
            },
            "example": {
                "reference": "WEB-1001",
                "buyer": "10042",
                "date": "2026-11-20",
                "currency": "NOK",
                "lines": [{"item": "22622", "quantity": "6", "unit_price": "9.95"}],
            },
        }
    },
}
