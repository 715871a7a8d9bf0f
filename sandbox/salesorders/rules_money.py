"""Rules about an order's money: currency, tax, payment, periods, freight, ROT and RUT."""

from __future__ import annotations

from typing import Any

from sandbox.salesorders import codes
from sandbox.salesorders.look import Look, part
from sandbox.salesorders.shapes import read_moment


def check_currency(look: Look) -> None:
    given = look.body.get("currencyId")
    if not given or given == look.company.currency:
        return
    if not look.company.currency_override:
        look.problems.add(codes.CURRENCY, "currencyId")
        return
    look.expect(given, look.setup.currencies, codes.VALUE, "currencyId")


def check_tax_zone(look: Look) -> None:
    look.expect(look.body.get("taxZoneId"), look.setup.tax_zones, codes.VALUE, "taxZoneId")


def check_payment(look: Look) -> None:
    """Payment method, its cash account, and the reference that the type wants or forbids."""
    if look.switches.payment_rules == "off":
        return
    given = part(look.body, "paymentSettings")
    of_customer = look.customer.payment_method_id if look.customer else ""
    of_method = _check_method(given.get("paymentMethodId") or of_customer, look)
    _check_cash_account(given.get("cashAccountId"), of_method, look)
    reference, rule = given.get("paymentReference"), look.order_type.payment_reference
    if not reference and rule == "required":
        look.problems.add(codes.REFERENCE_REQUIRED, "paymentSettings.paymentReference")
    if reference and rule == "prohibited":
        look.problems.add(codes.REFERENCE_PROHIBITED, "paymentSettings.paymentReference")


def _check_method(method_id: str, look: Look) -> list[str] | None:
    """The cash accounts of the method; None when there is no method to go by."""
    where = "paymentSettings.paymentMethodId"
    if not method_id and look.order_type.payment_method_required:
        look.problems.add(codes.PAYMENT_METHOD_REQUIRED, where)
    method = look.find(method_id, look.setup.payment_methods, codes.PAYMENT_METHOD, where)
    if method is None:
        return None
    if not method.active:
        look.problems.add(codes.PAYMENT_METHOD_INACTIVE, where)
        return None
    if not method.for_orders:
        look.problems.add(codes.PAYMENT_METHOD_NOT_FOR_ORDERS, where)
        return None
    return method.cash_accounts


def _check_cash_account(given: str | None, of_method: list[str] | None, look: Look) -> None:
    where = "paymentSettings.cashAccountId"
    if not given:
        if look.order_type.cash_account_required:
            look.problems.add(codes.CASH_ACCOUNT_REQUIRED, where)
        return
    account = look.find(given, look.setup.cash_accounts, codes.CASH_ACCOUNT, where)
    if account is None:
        return
    if not account.active:
        look.problems.add(codes.CASH_ACCOUNT_INACTIVE, where)
    elif of_method is not None and account.id not in of_method:
        look.problems.add(codes.CASH_ACCOUNT_OF_METHOD, where)
    elif account.branch_id and account.branch_id != look.branch:
        look.problems.add(codes.CASH_ACCOUNT_OF_BRANCH, where)


def check_period(look: Look) -> None:
    """The period given, else the one that the invoice date falls in."""
    if look.switches.period_rules == "off":
        return
    given = part(look.body, "financialInformation")
    period, where = given.get("postPeriod"), "financialInformation.postPeriod"
    if period and not look.order_type.posts_to_ledger:
        look.problems.add(codes.PERIOD_NOT_APPLICABLE, where)
        return
    if not period:
        moment = read_moment(given.get("invoiceDate") or "")
        period, where = f"{moment:%Y%m}" if moment else "", "financialInformation.invoiceDate"
    found = look.find(period, look.setup.periods, codes.PERIOD, where)
    if found and found.closed:
        look.problems.add(codes.PERIOD_CLOSED, where)
    elif found and not found.active:
        look.problems.add(codes.PERIOD_INACTIVE, where)


def check_freight(look: Look) -> None:
    given = part(look.body, "freight")
    if not given:
        return
    where = "freight.taxCategoryId"
    look.expect(given.get("taxCategoryId"), look.company.tax_categories, codes.TAX_CATEGORY, where)
    carrier = look.setup.ship_via.get(part(look.body, "shipping").get("shipViaId") or "")
    fixed = carrier and not carrier.sets_cost_by_hand and look.switches.freight_rule == "checked"
    if given.get("cost") is not None and fixed:
        look.problems.add(codes.FREIGHT_COST, "freight.cost")


def check_rot_rut(look: Look) -> None:
    """Swedish tax deduction for work at home: Rot for building, Rut for the household."""
    if look.switches.rot_rut_rules == "off":
        return
    details: Any = look.body.get("rotRutDetails")
    if not look.body.get("isRotRutDeductible"):
        if details:
            look.problems.add(codes.NOT_ROT_RUT, "rotRutDetails")
        return
    add, where = look.problems.add, "isRotRutDeductible"
    if not look.order_type.rot_rut:
        add(codes.ROT_RUT_TYPE, where)
    if "rot_rut" not in look.setup.features:
        add(codes.ROT_RUT_COMPANY, where)
    currency = look.body.get("currencyId")
    if currency and currency != look.company.currency:
        add(codes.ROT_RUT_CURRENCY, "currencyId")
    if details:
        _check_rot_arguments(details, look)


def _check_rot_arguments(details: dict[str, Any], look: Look) -> None:
    apartment, number = details.get("apartment"), details.get("organisationNumber")
    if bool(apartment) != bool(number) or (details.get("estate") and (apartment or number)):
        look.problems.add(codes.ROT_ARGUMENTS, "rotRutDetails")
