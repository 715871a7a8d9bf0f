"""The sandbox's own OpenAPI document of the Sales Order service, for makers of clients."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

from sandbox.http import Request, Response, json_response
from sandbox.pages import page, table
from sandbox.salesorders import routes
from sandbox.salesorders.schemas import Json, all_schemas, schema_of
from sandbox.state import Route, Sandbox

PLACE = re.compile(r"\(\?P<(\w+)>[^)]*\)")
READ, WRITE = "visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"
PAGED = ("pageSize:whole", "pageIndex:whole")
LISTED = ("customerId", "status", "modifiedSince:moment", *PAGED, "orderBy", "filter", "expand")
STOCK = ("inventoryId:[text]", "warehouseId:[text]", "locationId:[text]", "expand")
SINCE = ("modifiedSince:moment", "modifiedSinceCondition", "attributeFilter:[text]")
# By the kind of a route: what it is for, its query, the body it takes, what it answers.
OPERATIONS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "salesorders.post": ("Creates an order; its number is in Location", (), "NewOrder", ""),
    "salesorders.list": ("Lists orders, page by page", LISTED, "", "OrderPage"),
    "salesorders.get": ("Reads one order", ("expand",), "", "Order"),
    "salesorders.patch": ("Changes the head of an order", (), "OrderChange", ""),
    "salesorders.delete": ("Deletes an order", (), "", ""),
    "salesorders.lines": ("Reads the lines of an order, page by page", PAGED, "", "LinePage"),
    "salesorders.line": ("Reads one line", (), "", "Line"),
    "salesorders.lines.post": ("Adds lines to an order", (), "NewLines", ""),
    "salesorders.lines.patch": ("Changes lines by their ids", (), "LineChanges", ""),
    "salesorders.lines.delete": ("Deletes lines by their ids", ("ids:[whole]",), "", ""),
    "salesorders.rotrut": ("Reads the ROT and RUT deduction of an order", (), "", "RotRut"),
    "salesorders.commissions": ("Reads what sales people earn", (), "", "[Commission]"),
    "salesorders.tax": ("Reads the taxes of an order", (), "", "[Tax]"),
    "salesorders.shipment": ("Reads the shipments of an order", (), "", "[Shipment]"),
    "salesorders.discounts": ("Reads the discounts of an order", (), "", "[Discount]"),
    "salesorders.payments": ("Reads the payments on an order", (), "", "[PaymentApplied]"),
    "customers.list": ("Lists customers, page by page", ("filter", *PAGED), "", "CustomerPage"),
    "customers.locations": ("Reads the locations of a customer", (), "", "[LocationItem]"),
    "inventory.list": ("Lists stock, page by page", (*STOCK, *SINCE, *PAGED), "", "ItemPage"),
}


def show_document(sandbox: Sandbox, request: Request) -> Response:
    content = {
        "openapi": "3.0.1",
        "info": {"title": "Sales orders, as the sandbox offers them", "version": "v3"},
        "servers": [{"url": sandbox.settings.public_url}],
        "paths": _paths(),
        "components": {
            "schemas": all_schemas(),
            "securitySchemes": {"oauth2": _security(sandbox.url("/connect/token"))},
        },
    }
    return json_response(content)


def show_list(sandbox: Sandbox, request: Request) -> Response:
    rows = [
        (f"<code>{method.upper()}</code>", f"<code>{escape(path)}</code>", operation["summary"])
        for path, operations in _paths().items()
        for method, operation in operations.items()
    ]
    return page(
        "Sales orders, version 3",
        '<p>The whole description is in <a href="/swagger/v3/swagger.json">swagger.json</a>.</p>'
        + table("Calls", ("Method", "Path", "What it does"), rows),
        wide=True,
    )


@cache
def _paths() -> dict[str, dict[str, Json]]:
    paths: dict[str, dict[str, Json]] = {}
    for route in routes.ROUTES:
        path = PLACE.sub(lambda place: f"{{{_camel(place[1])}}}", route.pattern)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, path)
    return paths


def _operation(route: Route, path: str) -> Json:
    summary, query, body, answer = OPERATIONS[route.kind]
    words = re.findall(r"\w+", path.removeprefix("/api/v3/"))
    content: Json = {
        "operationId": "_".join([route.method.lower(), *words]),
        "tags": [words[0]],
        "summary": summary,
        "parameters": _parameters(route, query),
        "responses": _responses(route, answer),
        "security": [{"oauth2": [READ if route.method == "GET" else WRITE]}],
    }
    if body:
        content["requestBody"] = {"required": True, "content": _json(body)}
    return content


def _parameters(route: Route, query: tuple[str, ...]) -> list[Json]:
    found = [
        {
            "name": _camel(name),
            "in": "path",
            "required": True,
            "schema": schema_of("whole" if name == "line_id" else "text"),
        }
        for name in PLACE.findall(route.pattern)
    ]
    for one in query:
        name, _, kind = one.partition(":")
        found.append({"name": name, "in": "query", "schema": schema_of(kind or "text")})
    if route.method in {"PATCH", "DELETE"} or route.kind == "salesorders.lines.post":
        found.append({"name": "If-Match", "in": "header", "schema": schema_of("text")})
    return found


def _responses(route: Route, answer: str) -> Json:
    refusals: dict[str, Any] = {
        "400": {"description": "Something in the request is refused", "content": _json("Problem")},
        "401": {"description": "No valid token"},
        "403": {"description": "The token may not do this"},
    }
    if "(?P<" in route.pattern:
        refusals["404"] = {"description": "It is not there", "content": _json("Problem")}
    if route.method == "GET":
        return {"200": {"description": "What was asked for", "content": _json(answer)}, **refusals}
    if route.method == "POST" and route.kind == "salesorders.post":
        location = {"Location": {"schema": schema_of("text")}}
        done: Json = {"201": {"description": "The order is created", "headers": location}}
        states: tuple[str, ...] = ("409",)
    else:
        done, states = {"202": {"description": "It is done"}}, ("405", "409", "412", "428")
    conflicts = {
        status: {"description": "The order does not allow it", "content": _json("Problem")}
        for status in states
    }
    return done | refusals | conflicts


def _json(kind: str) -> Json:
    return {"application/json": {"schema": schema_of(kind)}}


def _security(token_url: str) -> Json:
    scopes = {READ: "Read orders", WRITE: "Create, change and delete orders"}
    flow = {"tokenUrl": token_url, "scopes": scopes}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


ROUTES = [
    Route("page", "GET", "/swagger/v3/swagger.json", show_document),
    Route("page", "GET", "/swagger/index.html", show_list),
]
