"""GET /v1/inventory and /v1/salesordertype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.erp.answers import erp_json, single
from sandbox.erp.dates import CHANGED_AT, erp_moment
from sandbox.erp.errors import erp_error
from sandbox.erp.listing import BadFilter, given_filters, moment_test, paged
from sandbox.erp.versions import number_of, time_stamp
from sandbox.guard import Call
from sandbox.http import Response
from sandbox.state import Sandbox
from sandbox.world.records import Item, OrderType

Numbered = tuple[int, Item]
BEHAVIOURS = {
    "QT": ("Quote", "Issue", "NoUpdate"),
    "RM": ("RMAOrder", "Receipt", "CreditMemo"),
}


def list_items(sandbox: Sandbox, call: Call) -> Response:
    given = given_filters(call.request.query)
    try:
        tests = _tests(sandbox, given)
    except BadFilter as error:
        return erp_error(sandbox, 400, str(error))
    numbered = enumerate(call.company.items.values(), start=1)
    found = [one for one in numbered if all(test(one[1]) for test in tests)]
    return paged(sandbox, given, found, lambda one: _item(sandbox, *one))


def show_item(sandbox: Sandbox, call: Call) -> Response:
    wanted = call.request.parameters["inventory_number"]
    return _one(sandbox, call, lambda number, item: item.id == wanted)


def show_by_internal_id(sandbox: Sandbox, call: Call) -> Response:
    wanted = call.request.parameters["internal_id"]
    return _one(sandbox, call, lambda number, item: str(number) == wanted)


def list_order_types(sandbox: Sandbox, call: Call) -> Response:
    types = list(call.company.order_types.values())
    return paged(sandbox, given_filters(call.request.query), types, _order_type)


def show_order_type(sandbox: Sandbox, call: Call) -> Response:
    found = call.company.order_types.get(call.request.parameters["order_type"].upper())
    if found is None:
        return erp_error(sandbox, 404, "Order type not found")
    return erp_json(sandbox, _order_type(found))


def _tests(sandbox: Sandbox, given: dict[str, str]) -> list[Callable[[Item], bool]]:
    tests: list[Callable[[Item], bool]] = []
    if number := given.get("inventorynumber"):
        tests.append(lambda item: item.id == number)
    if alternate := given.get("alternateid"):
        tests.append(lambda item: alternate in item.alternate_ids)
    if status := given.get("status", "").lower():
        tests.append(lambda item: item.status.lower() == status)
    if description := given.get("description", "").lower():
        tests.append(lambda item: description in item.description.lower())
    if after := given.get("greaterthanvalue"):
        tests.append(lambda item: item.id > after)
    for parameter in ("lastmodifieddatetime", "createddatetime"):
        moment = moment_test(sandbox, given, parameter)
        if moment is not None and not moment(CHANGED_AT):
            tests.append(lambda item: False)
    return tests


def _one(sandbox: Sandbox, call: Call, fits: Callable[[int, Item], bool]) -> Response:
    for number, item in enumerate(call.company.items.values(), start=1):
        if fits(number, item):
            record = _item(sandbox, number, item)
            return single(sandbox, record, record["timestamp"])
    return erp_error(sandbox, 404, "Inventory item not found")


def _item(sandbox: Sandbox, number: int, item: Item) -> dict[str, Any]:
    return {
        "inventoryId": number,
        "inventoryNumber": item.id,
        "status": item.status,
        "type": "NonStockItem" if item.misc_charge else "FinishedGoodItem",
        "description": item.description,
        "itemClass": {
            "type": "NonStockItem" if item.misc_charge else "FinishedGoodItem",
            "id": "1",
            "description": "Items",
        },
        "vatCode": {"id": item.tax_category_id or "3", "description": ""},
        "defaultPrice": item.price,
        "currentCost": item.cost,
        "lastModifiedDateTime": erp_moment(sandbox, CHANGED_AT, "utc"),
        "baseUnit": item.unit,
        "salesUnit": item.unit,
        "purchaseUnit": item.unit,
        "stockItem": not item.misc_charge,
        "kitItem": False,
        "crossReferences": [{"alternateID": one} for one in item.alternate_ids],
        "attachments": [],
        "attributes": [],
        "timestamp": time_stamp(number_of(item)),
    }


def _order_type(found: OrderType) -> dict[str, Any]:
    behaviour, operation, document = BEHAVIOURS.get(found.id, ("SalesOrder", "Issue", "Invoice"))
    return {
        "orderType": found.id,
        "active": found.active,
        "description": found.description,
        "behavior": behaviour,
        "defaultOperation": operation,
        "customerDocumentType": document,
    }
