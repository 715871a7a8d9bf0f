"""JSON schemas of V3's bodies and answers, for the sandbox's own OpenAPI document."""

from __future__ import annotations

from typing import Any

from sandbox.salesorders.answer_shapes import EXPANDED_STOCK, SECTIONS, SHAPES
from sandbox.salesorders.shapes import SCHEMAS, ListOf, Member, Shape
from sandbox.salesorders.shapes_lines import LINE_CHANGES, NEW_LINES
from sandbox.salesorders.shapes_order import ORDER, ORDER_CHANGE

Json = dict[str, Any]

BODIES: dict[str, Shape] = {
    "NewOrder": ORDER,
    "OrderChange": ORDER_CHANGE,
    "NewLines": NEW_LINES,
    "LineChanges": LINE_CHANGES,
}
PLAIN: dict[str, Json] = {
    "text": {"type": "string"},
    "number": {"type": "number", "format": "double"},
    "whole": {"type": "integer", "format": "int32"},
    "flag": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "bytes": {"type": "string", "format": "byte"},
    "uuid": {"type": "string", "format": "uuid"},
}
PAGES = {"OrderPage": "Row", "LinePage": "Line", "CustomerPage": "Customer", "ItemPage": "Item"}


def all_schemas() -> dict[str, Json]:
    """By name; answers refer to each other, bodies stand whole."""
    shapes = {name: dict(members) for name, members in SHAPES.items()}
    for section in SECTIONS.values():
        shapes["Order"] |= section
    for expanded in EXPANDED_STOCK.values():
        for name, members in expanded.items():
            shapes[name] |= members
    for name, row in PAGES.items():
        shapes[name] = {"value": f"[{row}]?", "nextPage": "text?", "totalCount": "whole?"}
    answers = {name: _object(members) for name, members in shapes.items()}
    return answers | {name: _body(shape) for name, shape in BODIES.items()}


def schema_of(kind: str) -> Json:
    """Of a kind as the answers' shapes write it."""
    if kind.endswith("?"):
        return {**schema_of(kind[:-1]), "nullable": True}
    if kind.startswith("["):
        return {"type": "array", "items": schema_of(kind[1:-1])}
    if kind.startswith("{"):
        return {"type": "object", "additionalProperties": schema_of(kind[1:-1])}
    return PLAIN.get(kind) or {"$ref": f"#/components/schemas/{kind}"}


def _object(members: dict[str, str]) -> Json:
    properties = {name: schema_of(kind) for name, kind in members.items()}
    return {"type": "object", "properties": properties}


def _body(shape: Shape) -> Json:
    content: Json = {
        "type": "object",
        "properties": {
            name: _member(member, nullable=name not in shape.not_nullable)
            for name, member in shape.members.values()
        },
    }
    return content | ({"required": list(shape.required)} if shape.required else {})


def _member(member: Member, *, nullable: bool) -> Json:
    if isinstance(member, Shape):
        schema = _body(member)
    elif isinstance(member, ListOf):
        schema = {"type": "array", "items": _body(member.shape)}
    else:
        schema = SCHEMAS[member]
    return {**schema, "nullable": True} if nullable else schema
