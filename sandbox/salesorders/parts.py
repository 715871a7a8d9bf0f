"""Small objects that recur in V3's answers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from sandbox.clock import iso
from sandbox.salesorders.shapes import read_moment
from sandbox.switches import Switches
from sandbox.world.records import Address, Contact, Customer, Location

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


class Described(Protocol):
    description: str


def chosen(identity: object, among: Mapping[str, Described]) -> Json:
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


def contact(own: Contact, default: Contact, customer: Customer | None) -> Json:
    """ContactDto; ``default`` is what the order would have had if nothing had been sent."""
    overrides = own != default
    fallback = customer.name if customer and not overrides else ""
    return {
        "id": customer.internal_id if customer and not overrides else 0,
        "overridesDefault": overrides,
        "name": own.name or fallback or None,
        "attention": own.attention or None,
        "email": own.email or None,
        "phone1": own.phone1 or None,
        "phone2": None,
        "fax": None,
    }


def address(own: Address, default: Address, customer: Customer | None) -> Json:
    """AddressDto; ``default`` as for the contact."""
    overrides = own != default
    fallback = customer.country if customer and not overrides else ""
    return {
        "id": customer.internal_id if customer and not overrides else 0,
        "overridesDefault": overrides,
        "line1": own.line1 or None,
        "line2": own.line2 or None,
        "line3": own.line3 or None,
        "postalCode": own.postal_code or None,
        "city": own.city or None,
        "country": named(own.country_id or fallback),
        "county": named(own.state_id),
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
