"""GET /v1/customer, one customer, and locations."""

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
from sandbox.world.companies import Company
from sandbox.world.records import Customer

Test = Callable[[Customer], bool]


def list_customers(sandbox: Sandbox, call: Call) -> Response:
    """Unknown parameters are ignored; so are ``numberToRead`` and ``skipRecords``, long dead."""
    given = given_filters(call.request.query)
    try:
        tests = _tests(sandbox, given)
    except BadFilter as error:
        return erp_error(sandbox, 400, str(error))
    found = [one for one in call.company.customers.values() if all(test(one) for test in tests)]
    return paged(sandbox, given, found, lambda one: describe_customer(sandbox, one))


def show_customer(sandbox: Sandbox, call: Call) -> Response:
    customer = call.company.customers.get(call.request.parameters["customer_cd"])
    return _one(sandbox, customer)


def show_by_internal_id(sandbox: Sandbox, call: Call) -> Response:
    wanted = call.request.parameters["internal_id"]
    found = (one for one in call.company.customers.values() if str(one.internal_id) == wanted)
    return _one(sandbox, next(found, None))


def list_locations(sandbox: Sandbox, call: Call) -> Response:
    """All customers' locations, or those of the internal id in the path."""
    given, wanted = given_filters(call.request.query), call.request.parameters.get("internal_id")
    rows = [
        (customer, location)
        for customer, location in _locations(call.company)
        if wanted in {None, str(customer.internal_id)}
        and given.get("locationid", location) == location
        and given.get("gln", customer.gln) == customer.gln
    ]
    return paged(sandbox, given, rows, lambda row: _location(sandbox, *row))


def show_location(sandbox: Sandbox, call: Call) -> Response:
    parameters = call.request.parameters
    for customer, location in _locations(call.company):
        if (str(customer.internal_id), location) == (
            parameters["internal_id"],
            parameters["location_id"],
        ):
            return erp_json(sandbox, _location(sandbox, customer, location))
    return erp_error(sandbox, 404, "Location not found")


def describe_customer(sandbox: Sandbox, customer: Customer) -> dict[str, Any]:
    default = customer.locations[0]
    moment = erp_moment(sandbox, CHANGED_AT)
    return {
        "internalId": customer.internal_id,
        "number": customer.id,
        "name": customer.name,
        "status": customer.status,
        "mainAddress": _address(customer),
        "mainContact": {
            "name": customer.contact.name or customer.name,
            "attention": customer.contact.attention or None,
            "email": customer.contact.email or None,
            "phone1": customer.contact.phone1 or None,
        },
        "customerClass": {"id": "1", "description": "Customers"},
        "creditTerms": {"id": customer.terms_id, "description": customer.terms_id},
        "currencyId": customer.currency_id,
        "vatRegistrationId": customer.tax_registration_id,
        "corporateId": customer.tax_registration_id,
        "gln": customer.gln,
        "location": {"countryId": customer.country, "id": default, "name": default},
        "lastModifiedDateTime": moment,
        "createdDateTime": moment,
        "timeStamp": stamp_of(customer),
    }


def stamp_of(customer: Customer) -> str:
    return time_stamp(number_of(customer))


def _address(customer: Customer) -> dict[str, Any]:
    address = customer.address
    country = address.country_id or customer.country
    return {
        "addressLine1": address.line1 or None,
        "addressLine2": address.line2 or None,
        "addressLine3": address.line3 or None,
        "postalCode": address.postal_code or None,
        "city": address.city or None,
        "country": {"id": country, "name": country},
    }


def _one(sandbox: Sandbox, customer: Customer | None) -> Response:
    if customer is None:
        return erp_error(sandbox, 404, "Customer not found")
    record = describe_customer(sandbox, customer)
    return single(sandbox, record, record["timeStamp"])


def _tests(sandbox: Sandbox, given: dict[str, str]) -> list[Test]:
    tests: list[Test] = []
    if name := given.get("name", "").lower():
        exact = sandbox.switches.customer_name_filter == "exact"
        tests.append(lambda one: one.name.lower() == name if exact else name in one.name.lower())
    if status := given.get("status", "").lower():
        tests.append(lambda one: one.status.lower() == status)
    wanted = {given[name] for name in ("corporateid", "vatregistrationid") if name in given}
    if wanted:
        tests.append(lambda one: wanted == {one.tax_registration_id})
    if after := given.get("greaterthanvalue"):
        tests.append(lambda one: one.id > after)
    for parameter in ("lastmodifieddatetime", "createddatetime"):
        moment = moment_test(sandbox, given, parameter)
        if moment is not None and not moment(CHANGED_AT):
            tests.append(lambda one: False)
    return tests


def _locations(company: Company) -> list[tuple[Customer, str]]:
    return [
        (customer, location)
        for customer in company.customers.values()
        for location in customer.locations
    ]


def _location(sandbox: Sandbox, customer: Customer, location: str) -> dict[str, Any]:
    return {
        "baccount": {
            "internalId": customer.internal_id,
            "number": customer.id,
            "name": customer.name,
        },
        "locationId": location,
        "locationName": location,
        "active": True,
        "address": _address(customer),
        "vatRegistrationId": customer.tax_registration_id,
        "gln": customer.gln,
        "corporateId": customer.tax_registration_id,
        "lastModifiedDateTime": erp_moment(sandbox, CHANGED_AT),
        "internalId": customer.internal_id,
    }
