"""POST and PUT of /v1/customer. Both raise what ``refusing`` answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sandbox.erp.customers import stamp_of
from sandbox.erp.errors import erp_error
from sandbox.erp.orders.answers import read_body
from sandbox.erp.orders.fields import Field
from sandbox.erp.orders.wrapping import Unreadable, unwrap
from sandbox.erp.versions import stale
from sandbox.guard import Call
from sandbox.http import Response
from sandbox.state import Sandbox
from sandbox.world.companies import Company
from sandbox.world.records import Address, Contact, Customer

STATUSES = ("Active", "OnHold", "CreditHold", "Inactive", "OneTime")
# What is kept, by the names of the record; the rest of a CustomerUpdateDto is taken and dropped.
KEPT = {
    "name": "name",
    "status": "status",
    "currencyId": "currency_id",
    "creditTermsId": "terms_id",
    "gln": "gln",
    "vatZoneId": "tax_zone_id",
    "corporateId": "tax_registration_id",
    "vatRegistrationId": "tax_registration_id",
}
FIELDS = {name: Field("text") for name in ("number", *KEPT)} | {
    "mainAddress": Field("address"),
    "mainContact": Field("contact"),
}


def create_customer(sandbox: Sandbox, call: Call) -> Response:
    """201 with Location. Without a number the company gives the next one."""
    company, given = call.company, _read(sandbox, call)
    if not given.get("name"):
        raise Unreadable("name is required.")
    number = given.get("number") or _next_number(company)
    if number in company.customers:
        raise Unreadable(f"The customer {number} already exists.")
    _change(company.add_customer(number, given["name"]), given)
    path = call.request.path.rstrip("/")
    base = sandbox.switches.erp_location_base.rstrip("/") or sandbox.settings.public_url
    return Response(201, b"", [("Location", f"{base}{path}/{quote(number, safe='')}")])


def update_customer(sandbox: Sandbox, call: Call) -> Response:
    """204 with the new ETag; If-Match is optional."""
    customer = call.company.customers.get(call.request.parameters["customer_cd"])
    if customer is None:
        return erp_error(sandbox, 404, "Customer not found")
    if answer := stale(sandbox, call.request, stamp_of(customer)):
        return answer
    _change(customer, _read(sandbox, call))
    return Response(204, b"", [("ETag", f'"{stamp_of(customer)}"')])


def _read(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    strict = sandbox.switches.unwrapped_values == "refused"
    given = unwrap(read_body(call), FIELDS, "", strict=strict)
    if given.get("status", "Active") not in STATUSES:
        raise Unreadable(f"The value of status is none of {', '.join(STATUSES)}.")
    return given


def _change(customer: Customer, given: dict[str, Any]) -> None:
    for name, member in KEPT.items():
        if given.get(name):
            setattr(customer, member, given[name])
    if address := given.get("mainAddress"):
        customer.country = address.get("countryId") or customer.country
        customer.address = Address(
            line1=address.get("addressLine1", ""),
            line2=address.get("addressLine2", ""),
            line3=address.get("addressLine3", ""),
            postal_code=address.get("postalCode", ""),
            city=address.get("city", ""),
            country_id=customer.country,
        )
    if contact := given.get("mainContact"):
        customer.contact = Contact(
            name=contact.get("name", ""),
            attention=contact.get("attention", ""),
            phone1=contact.get("phone1", ""),
            email=contact.get("email", ""),
        )


def _next_number(company: Company) -> str:
    numbers = (int(one) for one in company.customers if one.isascii() and one.isdigit())
    return str(max(numbers, default=10_000) + 1)
