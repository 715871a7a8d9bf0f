"""Sales orders over the ERP API, version 1: builds the calls and reads the answers.

A base URL ends before ``/v1``: the API's own host with a Connect token, or the older one, where a
VNI token goes along with header lines that name the company.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, urlencode, urlsplit

from integrations.visma.bodies import read_json
from integrations.visma.calls import Answer, Call, Deadline
from integrations.visma.doors import SENDS_JSON, Door, Reading, Wanted
from integrations.visma.erp_listings import order_read, orders_page
from integrations.visma.errors import Malformed
from integrations.visma.listings import ListedOrder, ListedPage
from integrations.visma.locations import is_number, is_type, only_location
from integrations.visma.problems import Problem
from integrations.visma.tokens import bearer

ORDERS = "/v1/salesorder"
ORGANIZATION = "/v1/organization"
# In which zone its times are isn't told anywhere.
UNKNOWN_ZONE = timedelta(hours=24)


class ErpV1:
    """Route ``erp-v1``."""

    def door(
        self, base_url: str, token: str, more: tuple[str, ...] = (), timeout: float = 0.0
    ) -> Door:
        base = base_url.rstrip("/")
        reading = (*bearer(token), *more)
        return Door(
            base_url=base,
            orders_url=f"{base}{ORDERS}",
            token=token,
            reading=reading,
            writing=(*reading, SENDS_JSON),
            names_company=bool(more),
            timeout=timeout,
        )

    def create(self, door: Door, body: bytes, key: object, deadline: Deadline) -> Call:
        return Call(key, "POST", door.orders_url, door.writing, body, deadline, door.timeout)

    def page(
        self, door: Door, wanted: Wanted, reading: Reading, key: object, deadline: Deadline
    ) -> Call:
        """The moment does nothing without its condition. Pages count from 1."""
        query = {
            "lastModifiedDateTime": wanted.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "lastModifiedDateTimeCondition": ">=",
            "pageNumber": reading.page + 1,
            "pageSize": reading.page_size,
        }
        orders = door.orders_url
        if wanted.buyer:
            orders = f"{door.base_url}/v1/customer/{_in_path(wanted.buyer)}/salesorder"
        return _get(door, f"{orders}?{urlencode(query, quote_via=quote)}", key, deadline)

    def one(
        self, door: Door, order_type: str, number: str, key: object, deadline: Deadline
    ) -> Call:
        place = f"{_in_path(order_type)}/{_in_path(number)}"
        return _get(door, f"{door.orders_url}/{place}", key, deadline)

    def witness(self, door: Door, key: object, deadline: Deadline) -> Call | None:
        """A VNI token without a right to the company may be answered with an empty list."""
        if not door.names_company:
            return None
        return _get(door, f"{door.base_url}{ORGANIZATION}", key, deadline)

    def since(self, first_sent: datetime, offset: timedelta | None) -> datetime:
        return first_sent - UNKNOWN_ZONE

    def created(self, answer: Answer, sent: bytes) -> tuple[str, str] | None:
        """The Location ends in type and number, or in the number alone; the host is ignored."""
        location = only_location(answer)
        address = urlsplit(location) if location else None
        if address is None or address.query or address.fragment:
            return None
        _, found, place = address.path.rpartition("/salesorder/")
        parts = [unquote(part) for part in place.split("/")] if found else []
        order_type, number = ("", *parts)[-2:] if parts else ("", "")
        order_type = order_type or _type_sent(sent)
        well_formed = len(parts) in (1, 2) and is_type(order_type) and is_number(number)
        return (order_type, number) if well_formed else None

    def refuses_order(self, said: Problem, answer: Answer) -> bool:
        """The application answers with a message alone; what stands before it says more."""
        try:
            body = read_json(answer.body)
        except Malformed:
            return False
        return isinstance(body, dict) and [name.lower() for name in body] == ["message"]

    def read_page(self, answer: Answer, reading: Reading) -> ListedPage:
        return orders_page(answer, reading)

    def read_one(self, answer: Answer) -> ListedOrder:
        return order_read(answer)

    def has_witness(self, answer: Answer) -> bool:
        return answer.whole and answer.status == 200 and bool(read_json(answer.body))


ERP_V1 = ErpV1()


def _get(door: Door, url: str, key: object, deadline: Deadline) -> Call:
    return Call(key, "GET", url, door.reading, None, deadline, door.timeout)


def _in_path(text: str) -> str:
    """An id as it may stand in a path; one that would break it is sent as ``b64(…)``."""
    if text.isascii() and text.isalnum():
        return text
    return f"b64({base64.urlsafe_b64encode(text.encode()).decode()})"


def _type_sent(sent: bytes) -> str:
    """The type that the order itself named."""
    try:
        named = json.loads(sent)["orderType"]["value"]
    except (ValueError, KeyError, TypeError):
        return ""
    return named if isinstance(named, str) else ""
