"""May this order be created in this company? All problems at once, as V3 tells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.salesorders import rules_head, rules_money
from sandbox.salesorders.look import Look, part
from sandbox.salesorders.problems import Problems
from sandbox.salesorders.reading import Reader
from sandbox.salesorders.rules_head import check_number, check_type, find_customer
from sandbox.salesorders.rules_lines import check_new_lines
from sandbox.salesorders.shapes_order import ORDER
from sandbox.salesorders.store import Order
from sandbox.switches import Switches
from sandbox.world.companies import Company
from sandbox.world.records import Customer, Item, OrderType

# The members that wake a rule when an order is changed, and the rule. A new order meets all.
HEAD_RULES: list[tuple[frozenset[str], Callable[[Look], None]]] = [
    (frozenset({"customer"}), rules_head.check_customer),
    (frozenset({"currencyId"}), rules_money.check_currency),
    (frozenset({"branchId"}), rules_head.check_branch),
    (frozenset({"taxZoneId"}), rules_money.check_tax_zone),
    (frozenset({"ownerId", "salesPersonId"}), rules_head.check_people),
    (frozenset({"projectId"}), rules_head.check_project),
    (frozenset({"originalOrderType", "originalOrderId"}), rules_head.check_original),
    (frozenset({"shipping"}), rules_head.check_shipping),
    (frozenset({"shipping", "billing"}), rules_head.check_addresses),
    (frozenset({"paymentSettings", "branchId"}), rules_money.check_payment),
    (frozenset({"financialInformation"}), rules_money.check_period),
    (frozenset({"freight", "shipping"}), rules_money.check_freight),
    (
        frozenset({"isRotRutDeductible", "rotRutDetails", "currencyId"}),
        rules_money.check_rot_rut,
    ),
]


def read_new_order(body: Any, switches: Switches) -> dict[str, Any]:
    """The body as the document has it. Raises Refused when a member has the wrong shape."""
    problems = Problems()
    kept = Reader(problems, switches).read(body, ORDER)
    problems.refuse()
    join_emails(kept, switches)
    return kept


def join_emails(body: dict[str, Any], switches: Switches) -> None:
    """``emails`` become ``email``, where none was sent: answers have no other member for them."""
    for name in ("shipping", "billing"):
        contact = part(body, name).get("contact") or {}
        emails = contact.pop("emails", None)
        if emails and not contact.get("email") and switches.contact_emails == "joined":
            contact["email"] = "; ".join(emails)


def check_order(
    body: dict[str, Any],
    company: Company,
    switches: Switches,
    branch_header: str,
    orders: Mapping[tuple[str, str], Order],
) -> tuple[Look, str, list[Item | None]]:
    """What was looked at, the first status and the items. Raises Refused with every problem.

    ``body`` is one that ``read_new_order`` returned.
    """
    problems = Problems()
    order_type = check_type(body["type"], company, problems.add)
    customer = find_customer(body["customer"], company)
    look = Look(
        company=company,
        switches=switches,
        problems=problems,
        order_type=order_type or OrderType(body["type"], ""),
        body=body,
        customer=customer,
        branch=branch_of(body, company, customer, branch_header),
        orders=orders,
    )
    check_number(body, look)
    for _, rule in HEAD_RULES:
        rule(look)
    status = rules_head.first_status(look)
    items = check_new_lines(body.get("orderLines") or [], look)
    if switches.company_rules == "off":
        problems.forgive()
    problems.refuse()
    return look, status, items


def branch_of(
    body: dict[str, Any], company: Company, customer: Customer | None, branch_header: str
) -> str:
    """The body's, the call's header's, that of the customer's place, the company's."""
    given = body.get("branchId") or branch_header
    if not given and customer:
        place = customer.places.get(body["customer"].get("locationId") or customer.locations[0])
        given = place.branch_id if place else ""
    return given or company.default_branch or min(company.branches)
