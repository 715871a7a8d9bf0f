"""Small objects that recur in V3's answers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.clock import iso
from sandbox.salesorders.shapes import read_moment
from sandbox.salesorders.store import CENT
from sandbox.switches import Switches
from sandbox.world.records import Customer, Location
from sandbox.world.setup import Choice

Json = dict[str, Any]


class Blank(Json):
    """An object of which nothing is known; the switch ``empty_objects`` says what becomes of it."""


def settled(content: Json, switches: Switches) -> Json:
    """The document with its blank objects filled with nulls, null themselves, or left out."""
    if switches.empty_objects == "filled":
        return content
    settled_members: Json = {}
    for name, value in content.items():
        if isinstance(value, Blank):
            if switches.empty_objects == "null":
                settled_members[name] = None
        else:
            settled_members[name] = settled(value, switches) if isinstance(value, dict) else value
    return settled_members


def part(given: Json, name: str) -> Json:
    """The object under a name in what was sent; empty when it was not sent."""
    value = given.get(name)
    return value if isinstance(value, dict) else {}


def known(content: Json) -> Json:
    """The object itself, or a Blank when all it has is nulls, zeros and blanks."""
    empty = all(value in (None, 0) or isinstance(value, Blank) for value in content.values())
    return Blank(content) if empty else content


def pair(identity: object = None, description: str | None = None) -> Json:
    """CdDescriptionPairDto."""
    return known({"id": identity or None, "description": description})


def chosen(identity: object, among: Mapping[str, Choice]) -> Json:
    """CdDescriptionPairDto of something the company has set up."""
    choice = among.get(identity) if isinstance(identity, str) else None
    return pair(identity, choice.description or None if choice else None)


def named(identity: object = None) -> Json:
    """CdNamePairDto."""
    return known({"id": identity or None, "name": None})


def moment(given: Json, name: str) -> str | None:
    """A moment that was sent, in UTC."""
    value = given.get(name)
    return iso(read_moment(value)) if isinstance(value, str) else None


def amount(value: object) -> Decimal:
    """A number that was sent; 0 when none was."""
    return Decimal(str(value)) if isinstance(value, int | Decimal) else Decimal(0)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def contact(given: Json, customer: Customer | None) -> Json:
    """ContactDto: what the order was sent with, else the customer's own. Never a mix of both."""
    if not given and customer:
        own = customer.contact
        given = {
            "name": own.name or customer.name,
            "attention": own.attention,
            "phone1": own.phone1,
            "email": own.email,
        }
        overrides = False
    else:
        overrides = bool(given)
    emails = given.get("emails") or [given.get("email")]
    return {
        "id": customer.internal_id if customer and not overrides else 0,
        "overridesDefault": overrides,
        "name": given.get("name") or None,
        "attention": given.get("attention") or None,
        "email": ";".join(str(email) for email in emails if email) or None,
        "phone1": given.get("phone1") or None,
        "phone2": None,
        "fax": None,
    }


def address(given: Json, customer: Customer | None, place: Location | None = None) -> Json:
    """AddressDto: what the order was sent with, else the place's, else the customer's own."""
    overrides = bool(given)
    if not given and customer:
        own = (place.address if place else None) or customer.address
        given = {
            "line1": own.line1,
            "line2": own.line2,
            "line3": own.line3,
            "postalCode": own.postal_code,
            "city": own.city,
            "countryId": own.country_id or customer.country,
            "stateId": own.state_id,
        }
    return {
        "id": customer.internal_id if customer and not overrides else 0,
        "overridesDefault": overrides,
        **{name: given.get(name) or None for name in ("line1", "line2", "line3")},
        "postalCode": given.get("postalCode") or None,
        "city": given.get("city") or None,
        "country": named(given.get("countryId")),
        "county": named(given.get("stateId")),
    }


def location(identity: str, customer: Customer | None) -> Json:
    """CustomerLocationDto. ``internalId`` counts a customer's locations from 1."""
    ids = customer.locations if customer else []
    place = customer.location(identity) if customer else Location(identity)
    own = place.address.country_id if place.address else ""
    return {
        "id": identity,
        "name": place.name or identity,
        "internalId": ids.index(identity) + 1 if identity in ids else 0,
        "countryId": own or (customer.country if customer else None),
        "gln": (customer.gln if customer else "") or None,
        "taxRegistrationId": (customer.tax_registration_id if customer else "") or None,
        "corporateId": None,
        "warehouseId": place.warehouse_id or None,
    }


def custom_fields(given: Json) -> Json:
    """CustomFieldsDto."""
    names = (
        *(f"customStr{number}" for number in range(1, 6)),
        *(f"customDec{number}" for number in range(1, 3)),
        *(f"customInt{number}" for number in range(1, 3)),
    )
    content = {name: given.get(name) for name in names}
    return known(content | {"customDateTimeUtc1": moment(given, "customDateTimeUtc1")})
