"""GET /api/v3/Customers and a customer's locations."""

from __future__ import annotations

from sandbox.guard import Call
from sandbox.http import Response, json_response, problem
from sandbox.paging import BadPaging, paged, read_page
from sandbox.query import Query
from sandbox.salesorders import parts
from sandbox.salesorders.parts import Json
from sandbox.state import Sandbox
from sandbox.world.records import Customer

ACCOUNTS = {
    "exportType": None,
    "salesEuAccountId": None,
    "salesNonTaxableAccountId": None,
    "salesAccountId": None,
    "salesExportAccountId": None,
}


def list_customers(sandbox: Sandbox, call: Call) -> Response:
    """``filter`` looks into id, name, GLN and tax registration id."""
    query = Query(call.request.query_string)
    try:
        page = read_page(query, default_size=100, largest=sandbox.switches.max_page_size)
    except BadPaging as error:
        return problem(400, str(error), instance=call.request.path)
    wanted = (query.text("filter") or "").lower()
    found = [one for one in call.company.customers.values() if _matches(one, wanted)]
    return paged(sandbox, call.request, page, found, _describe)


def list_locations(sandbox: Sandbox, call: Call) -> Response:
    """A plain array, without pages."""
    customer = call.company.customers.get(call.request.parameters["customer_id"])
    if customer is None:
        return problem(404, "Customer could not be found", instance=call.request.path)
    rows = [_describe_location(place, customer) for place in customer.locations]
    return json_response([parts.settled(row, sandbox.switches) for row in rows])


def _matches(customer: Customer, wanted: str) -> bool:
    texts = (customer.id, customer.name, customer.gln, customer.tax_registration_id)
    return any(wanted in text.lower() for text in texts)


def _describe(customer: Customer) -> Json:
    """CustomerDto."""
    first = customer.locations[0] if customer.locations else "MAIN"
    return {
        "internalId": customer.internal_id,
        "id": customer.id,
        "name": customer.name,
        "currencyId": customer.currency_id,
        "customerClassId": "1",
        "defaultLocation": parts.location(first, customer),
        "addressLine1": customer.address.line1 or None,
        "addressLine2": customer.address.line2 or None,
        "postalCode": customer.address.postal_code or None,
        "country": customer.country,
        "salutation": None,
        "status": customer.status,
        **ACCOUNTS,
    }


def _describe_location(place: str, customer: Customer) -> Json:
    """CustomerLocationItemDto: the location with all that orders to it start from."""
    own = customer.location(place)
    address = own.address or customer.address
    return {
        **parts.location(place, customer),
        "address": parts.address(address, address, customer),
        "contact": parts.contact(customer.contact, customer.contact, customer),
        "priceClassId": None,
        "fobPointId": None,
        "shipTermsId": None,
        "shipZoneId": None,
        "shipViaId": None,
        "residentialDelivery": False,
        "saturdayDelivery": False,
        "insurance": False,
        "priority": None,
        "shippingRule": "BackOrderAllowed",
        "preferredWarehouseId": None,
        "leadTime": None,
        "taxZoneId": own.tax_zone_id or customer.tax_zone_id or None,
        **ACCOUNTS,
    }
