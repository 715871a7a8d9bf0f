"""Which company a token speaks for, and whether it can be read over a route.

``more`` are header lines; a VNI token's company is named there. All reads raise Unauthorized,
Forbidden, Throttled, Faulted, Outage or BadAnswer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.visma.bodies import clean, read_json, read_object
from integrations.visma.calls import Answer
from integrations.visma.errors import Malformed
from integrations.visma.exchange import Transport, read
from integrations.visma.headers import RateLimit, answered_at, rate_limit

ORGANIZATION = "/v1/organization"
ONE_CUSTOMER = "/api/v3/Customers?pageSize=1"
# Not the orders: reading those over the ERP API is slowed down since April 2026.
ONE_ERP_CUSTOMER = "/v1/customer?pageNumber=1&pageSize=1"


@dataclass(frozen=True, slots=True)
class Organization:
    """The company of ``GET /v1/organization``; absent members are "".

    ``number`` is corporateId, ``vat`` vatRegistrationId, ``code`` organizationCd.
    """

    name: str
    number: str
    vat: str
    country: str
    currency: str
    code: str
    rate_limit: RateLimit | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """That Visma let us read. ``customers`` is how many it counts, if it does.

    ``answered_at`` is Visma's own clock, ``seconds`` how long we waited.
    """

    customers: int | None
    rate_limit: RateLimit | None = None
    answered_at: datetime | None = None
    seconds: float = field(default=0.0, compare=False)


def read_organization(
    base_url: str, token: str, transport: Transport, more: tuple[str, ...] = ()
) -> Organization:
    """Return the company a token speaks for. ``base_url`` is the ERP API's, without a path.

    Visma answers with a list; of several organizations in one company the first gives the name.
    """
    answer = read(transport, f"{base_url.rstrip('/')}{ORGANIZATION}", token, more)
    body = _first(read_json(answer.body))
    organization = Organization(
        name=_text(body, "name"),
        number=_text(body, "corporateId"),
        vat=_text(body, "vatRegistrationId"),
        country=_text(body, "defaultCountry"),
        currency=_text(body, "baseCurrency"),
        code=_text(body, "organizationCd"),
        rate_limit=rate_limit(answer),
    )
    if not organization.name and not organization.code:
        raise Malformed("The organization has neither name nor code")
    return organization


def read_probe(base_url: str, token: str, transport: Transport) -> Probe:
    """Make the doctor's cheap read: one customer. ``base_url`` is the sales-order service's."""
    answer = read(transport, f"{base_url.rstrip('/')}{ONE_CUSTOMER}", token)
    body = read_object(answer.body)
    if not isinstance(body.get("value"), list):
        raise Malformed("The list of customers has no rows")
    count = body.get("totalCount")
    return _probe(answer, count if type(count) is int else None)


def read_erp_probe(
    base_url: str, token: str, transport: Transport, more: tuple[str, ...] = ()
) -> Probe:
    """Make the doctor's cheap read over the ERP API: one customer. ``base_url`` ends before /v1."""
    answer = read(transport, f"{base_url.rstrip('/')}{ONE_ERP_CUSTOMER}", token, more)
    rows = read_json(answer.body)
    if not isinstance(rows, list):
        raise Malformed("The list of customers is not a list")
    return _probe(answer, None)


def _probe(answer: Answer, customers: int | None) -> Probe:
    seconds = answer.ended - answer.began
    return Probe(customers, rate_limit(answer), answered_at(answer), seconds)


def _first(value: object) -> dict[str, Any]:
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict):
        raise Malformed("There is no organization in the answer")
    return first


def _text(body: dict[str, Any], name: str) -> str:
    """Return a member's text; country and currency come as a code or as an object with an id."""
    value = body.get(name)
    if isinstance(value, dict):
        value = value.get("id")
    return clean(value, 255) if isinstance(value, str | int) else ""
