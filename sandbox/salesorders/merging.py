"""An order and its lines as a body again, with a change laid over it."""

from __future__ import annotations

from typing import Any

from sandbox.clock import iso
from sandbox.salesorders.store import Line, Order
from sandbox.world.records import Address, Contact

# What a customer brings along; another customer brings others.
OF_CUSTOMER = ("locationId", "termsId", "contactId")


def merged_order(order: Order, change: dict[str, Any], *, clears: bool) -> dict[str, Any]:
    """The body of the changed order. ``clears`` says that null empties a member."""
    body = _body_of(order)
    change = dict(change)
    customer = dict(change.pop("customer", None) or {})
    if customer.get("refNo", "") is None:
        del customer["refNo"]
    if customer.get("id") not in {None, order.customer_id}:
        body["customer"] = {name: body["customer"][name] for name in ("order", "refNo")}
        for name in ("taxZoneId", "currencyId"):
            body.pop(name, None)
        body["shipping"], body["billing"] = _without_places(body), {}
    elif customer.get("locationId") not in {None, order.location_id}:
        body.pop("taxZoneId", None)
    for place, address, contact in (
        ("shipping", order.shipping_address, order.shipping_contact),
        ("billing", order.billing_address, order.billing_contact),
    ):
        _fill_in(body, change, place, address, contact)
    return _laid_over(body, change | {"customer": customer}, clears=clears)


def merged_line(line: Line, change: dict[str, Any], *, clears: bool) -> dict[str, Any]:
    body: dict[str, Any] = dict(line.given)
    body |= {
        "inventoryId": line.inventory_id,
        "description": line.description,
        "quantity": line.quantity,
        "unitOfMeasure": line.unit,
        "hasManualPrice": line.has_manual_price,
        "sortOrder": line.sort_order,
    }
    if line.has_manual_price:
        body["unitPrice"] = line.unit_price
    elif change.get("unitPrice") is not None:
        # As with a new line, the change alone says whether its price holds.
        del body["hasManualPrice"]
    return _laid_over(body, change, clears=clears)


def _body_of(order: Order) -> dict[str, Any]:
    customer = {
        **order.given["customer"],
        "id": order.customer_id,
        "order": order.customer_order,
        "refNo": order.ref_no,
        "locationId": order.location_id,
        "termsId": order.terms_id,
    }
    return {
        **order.given,
        "type": order.type,
        "date": iso(order.date),
        "branchId": order.branch,
        "currencyId": order.currency,
        "taxZoneId": order.tax_zone_id,
        "customer": customer,
    }


def _without_places(body: dict[str, Any]) -> dict[str, Any]:
    shipping = body.get("shipping") or {}
    return {name: one for name, one in shipping.items() if name not in {"address", "contact"}}


def _fill_in(
    body: dict[str, Any], change: dict[str, Any], place: str, address: Address, contact: Contact
) -> None:
    """A part of an address or contact is laid over the one that the order has now."""
    given = change.get(place) or {}
    known: dict[str, Any] = dict(body.get(place) or {})
    if given.get("address"):
        known["address"] = {
            "line1": address.line1,
            "line2": address.line2,
            "line3": address.line3,
            "postalCode": address.postal_code,
            "city": address.city,
            "countryId": address.country_id,
            "stateId": address.state_id,
        }
    if given.get("contact"):
        known["contact"] = {
            "name": contact.name,
            "attention": contact.attention,
            "phone1": contact.phone1,
            "email": contact.email,
        }
    if known:
        body[place] = known


def _laid_over(body: dict[str, Any], change: dict[str, Any], *, clears: bool) -> dict[str, Any]:
    merged = dict(body)
    for name, value in change.items():
        if value is None:
            if clears:
                merged.pop(name, None)
        elif isinstance(value, dict) and name != "subaccount":
            merged[name] = _laid_over(merged.get(name) or {}, value, clears=clears)
        else:
            merged[name] = value
    return merged
