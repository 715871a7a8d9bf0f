"""What hangs on an order beside its lines: tax, discounts, shipments, payments, ROT/RUT."""

from __future__ import annotations

from decimal import Decimal

from sandbox.guard import Call
from sandbox.http import Response, json_response
from sandbox.salesorders.parts import Json, amount, part
from sandbox.salesorders.store import Line, Order, percent_of
from sandbox.state import Sandbox


def show_rotrut(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """SalesOrderRotRutDto. Nothing is deducted here: what was sent is told back."""
    given = part(order.given, "rotRutDetails")
    given_shares = given.get("distribution")
    shares = [_share(share) for share in given_shares or [] if isinstance(share, dict)]
    return json_response(
        {
            "distributedAutomatically": bool(given.get("distributedAutomatically")),
            "type": given.get("type"),
            "apartment": given.get("apartment"),
            "estate": given.get("estate"),
            "organizationNumber": given.get("organisationNumber"),
            "totalDeductableAmount": 0,
            "otherCostAmount": 0,
            "materialCostAmount": 0,
            "workPriceAmount": 0,
            "distributedAmount": sum((amount(share["amount"]) for share in shares), Decimal(0)),
            "distribution": shares,
        }
    )


def _share(given: Json) -> Json:
    return {
        "lineId": given.get("lineId") or 0,
        "personalId": given.get("personalId"),
        "amount": amount(given.get("amount")),
        "extra": bool(given.get("extra")),
    }


def list_commissions(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """SalesOrderCommissionDto. Each sales person once; the sandbox knows no percentages."""
    base: dict[str, Decimal] = {}
    for line in order.lines:
        seller = line.given.get("salesPersonId") or order.given.get("salesPersonId")
        if seller and line.given.get("commissionable") is not False:
            base[seller] = base.get(seller, Decimal(0)) + line.amount
    rows = [
        {"salesPersonId": seller, "percent": 0, "amount": 0, "commissionableAmount": value}
        for seller, value in base.items()
    ]
    return json_response(rows)


def list_taxes(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """SalesOrderTaxDto. A row for each percentage; ``taxId`` is the percentage."""
    return json_response([_tax(percent, order) for percent in order.by_percent() if percent])


def _tax(percent: Decimal, order: Order) -> Json:
    taxable = order.by_percent()[percent]
    return {
        "taxId": f"{percent.normalize():f}",
        "taxRate": percent,
        "taxableAmount": taxable,
        "taxAmount": percent_of(percent, taxable),
        "exemptTax": False,
        "includeInTaxable": False,
        "isPendingTax": False,
        "isStatisticalTax": False,
        "isReverseTax": False,
        "taxType": "VAT",
    }


def list_shipments(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """SalesOrderShipmentDto. Nothing is shipped here, so there are none."""
    return json_response([])


def list_discounts(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """SalesOrderDiscountDto. A row for each line with a discount code, as Visma groups them."""
    discounted = [line for line in order.lines if line.discount_code]
    return json_response([_discount(number, line) for number, line in enumerate(discounted, 1)])


def _discount(number: int, line: Line) -> Json:
    return {
        "manualOrderIndex": number,
        "skipDiscount": False,
        "discountId": line.discount_code,
        "discountSequenceId": None,
        "type": "Group",
        "isManual": line.has_manual_discount,
        "discountableAmount": line.extended_price,
        "discountableQuantity": line.quantity,
        "discountAmount": line.discount,
        "discountPercent": line.discount_percent,
        "freeItem": {"id": None, "description": None},
        "freeItemQuantity": 0,
    }


def list_payments(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """PaymentDto. Nothing is paid here, so there are none."""
    return json_response([])
