"""Rules about a line's subaccount, its project task, and the invoice it returns goods of."""

from __future__ import annotations

from typing import Any

from sandbox.salesorders import codes
from sandbox.salesorders.look import Look
from sandbox.world.records import Item


def check_subaccount(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    """A value for every segment, all in use."""
    given, segments, where = line["subaccount"], look.setup.segments, where + "subaccount"
    if "subaccounts" not in look.setup.features:
        look.problems.add(codes.FEATURE, where)
        return
    sound = True
    for segment_id, value_id in given.items():
        values = look.find(segment_id, segments, codes.SUBACCOUNT, f"{where}.{segment_id}")
        value = (
            look.find(value_id, values, codes.SEGMENT_VALUE, f"{where}.{segment_id}")
            if values
            else None
        )
        if value and not value.active:
            look.problems.add(codes.SEGMENT_INACTIVE, f"{where}.{segment_id}")
        sound = sound and value is not None and value.active
    if sound and segments.keys() - given.keys():
        look.problems.add(codes.SUBACCOUNT_ERROR, where)
    elif sound and "-".join(given[one] for one in segments) in look.setup.inactive_subaccounts:
        look.problems.add(codes.SUBACCOUNT_INACTIVE, where)


def check_project_task(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    """A task of the order's project."""
    where += "projectTaskId"
    project = look.setup.projects.get(look.body.get("projectId") or "")
    if project is None:
        look.expect(line["projectTaskId"], (), codes.PROJECT_TASK, where)
    elif line["projectTaskId"] not in project.tasks:
        look.problems.add(codes.PROJECT_TASK, where)


def check_invoice_part(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    """A line or a type of an invoice that nobody named."""
    if not line.get("invoiceNumber") and look.switches.invoice_line_alone == "refused":
        look.problems.add(codes.INVOICE, where + "invoiceNumber")


def check_invoice(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    """Goods come back from an invoice of this customer, and no more than it has."""
    if not look.order_type.is_return:
        look.problems.add(codes.INVOICE_TYPE, where + "invoiceNumber")
        return
    invoice = look.find(
        line["invoiceNumber"], look.setup.invoices, codes.INVOICE, where + "invoiceNumber"
    )
    if invoice is None:
        return
    invoice_type = line.get("invoiceType") or invoice.type
    of_customer = look.customer is not None and look.customer.id == invoice.customer_id
    if not of_customer or invoice_type.lower() != invoice.type.lower():
        look.problems.add(codes.INVOICE, where + "invoiceNumber")
        return
    invoiced = invoice.lines.get(str(line.get("invoiceLineNumber")))
    if invoiced is None:
        look.problems.add(codes.INVOICE_LINE, where + "invoiceLineNumber")
    elif line.get("quantity", 0) > invoiced:
        look.problems.add(codes.INVOICE_QUANTITY, where + "quantity")
