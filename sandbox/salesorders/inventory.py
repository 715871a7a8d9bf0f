"""GET /api/v3/Inventory: how many of each item there are, and where."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.clock import iso
from sandbox.guard import Call
from sandbox.http import Response, problem
from sandbox.paging import BadPaging, paged, read_page
from sandbox.query import Query
from sandbox.salesorders.listing import BadListing, read_since
from sandbox.salesorders.parts import Json
from sandbox.salesorders.shapes import read_moment
from sandbox.state import Sandbox
from sandbox.world.records import Item

PAGE = 10_000
EXPANSIONS = frozenset({"none", "location", "attribute", "lotserial", "all"})
CONDITIONS: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Place:
    """So many of an item in a warehouse, at a location, of a lot; "" where that is not kept."""

    warehouse: str
    location: str
    lot: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Empty sets and mappings ask for everything."""

    items: set[str]
    warehouses: set[str]
    locations: set[str]
    attributes: dict[str, set[str]]
    expand: set[str]
    since: datetime | None
    condition: str


def list_inventory(sandbox: Sandbox, call: Call) -> Response:
    query = Query(call.request.query_string)
    try:
        ask = _read_ask(query)
        largest = max(PAGE, sandbox.switches.max_page_size)
        page = read_page(query, default_size=PAGE, largest=largest)
    except (BadListing, BadPaging) as error:
        return problem(400, str(error), instance=call.request.path)
    warehouses = sorted(call.company.warehouses)
    found = [item for item in call.company.items.values() if _is_asked(item, ask)]
    return paged(sandbox, call.request, page, found, lambda item: _describe(item, ask, warehouses))


def _read_ask(query: Query) -> Ask:
    expand = query.words("expand")
    if not expand <= EXPANSIONS:
        raise BadListing("The value of expand is not known.")
    condition = query.text("modifiedSinceCondition") or ">="
    if condition not in CONDITIONS:
        raise BadListing(f"modifiedSinceCondition must be one of {', '.join(CONDITIONS)}")
    return Ask(
        items=set(query.texts("inventoryId")),
        warehouses=set(query.texts("warehouseId")),
        locations=set(query.texts("locationId")),
        attributes=_read_attributes(query.texts("attributeFilter")),
        expand=set(EXPANSIONS) if "all" in expand else expand,
        since=read_since(query.text("modifiedSince")),
        condition=condition,
    )


def _read_attributes(given: list[str]) -> dict[str, set[str]]:
    """``id:value``. Of two values for one id either may match; different ids must all match."""
    wanted: dict[str, set[str]] = {}
    for one in given:
        identity, colon, value = one.partition(":")
        if not colon:
            raise BadListing("attributeFilter is written as id:value.")
        wanted.setdefault(identity, set()).add(value)
    return wanted


def _is_asked(item: Item, ask: Ask) -> bool:
    changed = read_moment(item.stock_changed)
    return (
        (not ask.items or item.id in ask.items)
        and all(item.attributes.get(name) in values for name, values in ask.attributes.items())
        and (ask.since is None or changed is None or CONDITIONS[ask.condition](changed, ask.since))
        and (not (ask.warehouses or ask.locations) or bool(_places(item, ask)))
    )


def _places(item: Item, ask: Ask) -> list[Place]:
    found = []
    for name, quantity in item.stock.items():
        warehouse, _, rest = name.partition("/")
        location, _, lot = rest.partition("/")
        if ask.warehouses and warehouse not in ask.warehouses:
            continue
        if ask.locations and location not in ask.locations:
            continue
        found.append(Place(warehouse, location, lot, quantity))
    return found


def _describe(item: Item, ask: Ask, warehouses: list[str]) -> Json:
    """InventoryItemAvailabilityDto."""
    places = _places(item, ask)
    kept_in = list(dict.fromkeys(place.warehouse for place in places))
    content: Json = {
        "inventoryId": item.id,
        "internalId": item.internal_id,
        "description": item.description,
        "baseUnit": item.unit,
        "availability": [_warehouse(item, one, places, ask, warehouses) for one in kept_in],
    }
    if "attribute" in ask.expand:
        content["attributes"] = item.attributes
    return content


def _warehouse(
    item: Item, warehouse: str, places: list[Place], ask: Ask, warehouses: list[str]
) -> Json:
    """WarehouseAvailabilityDto. What something cost is not kept here."""
    here = [place for place in places if place.warehouse == warehouse]
    known = warehouses.index(warehouse) + 1 if warehouse in warehouses else 0
    content: Json = {
        "internalWarehouseId": known,
        "warehouseId": warehouse,
        "description": None,
        **_quantities(here),
        "quantityPurchaseOrders": 0,
        "estimatedUnitCost": None,
        "estimatedTotalCost": None,
        "lastModified": iso(read_moment(item.stock_changed)),
    }
    if "location" in ask.expand:
        names = list(dict.fromkeys(place.location for place in here if place.location))
        content["locations"] = [
            _location(item, name, number, here, ask) for number, name in enumerate(names, start=1)
        ]
    if "lotserial" in ask.expand:
        content["lotSerials"] = _lots(here)
    return content


def _location(item: Item, name: str, number: int, here: list[Place], ask: Ask) -> Json:
    """LocationAvailabilityDto."""
    there = [place for place in here if place.location == name]
    content: Json = {
        "internalLocationId": number,
        "locationId": name,
        "description": None,
        **_quantities(there),
        "quantityPurchaseOrders": 0,
        "lastModified": iso(read_moment(item.stock_changed)),
    }
    if "lotserial" in ask.expand:
        content["lotSerials"] = _lots(there)
    return content


def _lots(places: list[Place]) -> list[Json]:
    """LotSerialAvailabilityDto, only of those that there are any of."""
    return [
        {"lotSerialNumber": place.lot, "expirationDate": None, **_quantities([place])}
        for place in places
        if place.lot and place.quantity
    ]


def _quantities(places: list[Place]) -> Json:
    """Orders take nothing away here: what is there is available."""
    total = sum(place.quantity for place in places)
    return {
        "quantityOnHand": total,
        "quantityAvailable": total,
        "quantityAvailableForShipment": total,
        "quantityNotAvailable": 0,
    }
