"""GET /api/v3/Customers and a customer's locations."""

from __future__ import annotations

from typing import Any

from sandbox.guard import Call
from sandbox.http import Response, json_response, problem
from sandbox.paging import BadPaging, read_page
from sandbox.state import Sandbox
from sandbox.world.records import Customer


def list_customers(sandbox: Sandbox, call: Call) -> Response:
    """``filter`` looks into id, name, GLN and tax registration id."""
    query = call.request.query
    try:
        page = read_page(query, default_size=100, largest=sandbox.switches.max_page_size)
    except BadPaging as error:
        return problem(400, str(error))
    wanted = next((value for name, value in query.items() if name.lower() == "filter"), "")
    found = [one for one in call.company.customers.values() if _matches(one, wanted.lower())]
    following = None
    if page.has_next(len(found)):
        following = sandbox.url(
            f"{call.request.path}?pageIndex={page.index + 1}&pageSize={page.size}"
        )
    return json_response(
        {
            "value": [_describe(customer) for customer in page.cut(found)],
            "nextPage": following,
            "totalCount": len(found),
        }
    )


def list_locations(sandbox: Sandbox, call: Call) -> Response:
    customer = call.company.customers.get(call.request.parameters["customer_id"])
    if customer is None:
        return problem(404, "Customer could not be found", instance=call.request.path)
    return json_response([{"id": location, "name": location} for location in customer.locations])


def _matches(customer: Customer, wanted: str) -> bool:
    texts = (customer.id, customer.name, customer.gln, customer.tax_registration_id)
    return any(wanted in text.lower() for text in texts)


def _describe(customer: Customer) -> dict[str, Any]:
    return {
        "internalId": customer.internal_id,
        "id": customer.id,
        "name": customer.name,
        "currencyId": customer.currency_id,
        "customerClassId": "1",
        "defaultLocation": {"id": customer.locations[0], "name": customer.locations[0]},
        "addressLine1": None,
        "addressLine2": None,
        "postalCode": None,
        "country": customer.country,
        "salutation": None,
        "status": customer.status,
        "exportType": None,
    }
