"""Adding, changing and taking away an order's lines: checked first, then applied together."""

from __future__ import annotations

from typing import Any

from sandbox.salesorders import codes
from sandbox.salesorders.building import build_line, build_lines, sort_lines
from sandbox.salesorders.look import Look
from sandbox.salesorders.merging import merged_line
from sandbox.salesorders.rules_lines import check_line, check_new_lines, check_sort_orders
from sandbox.salesorders.store import ZERO, Line, Order
from sandbox.switches import Switches
from sandbox.world.records import Item

# What can't be changed any more once a line has shipped.
OF_SHIPPED = {
    "externalLink": codes.SHIPPED_LINK,
    "salesAccountId": codes.SHIPPED_ACCOUNT,
    "unitCost": codes.SHIPPED_COST,
    "shippingRule": codes.SHIPPED_RULE,
    "warehouseId": codes.SHIPPED_WAREHOUSE,
    "warehouseLocationId": codes.SHIPPED_WAREHOUSE,
}
OF_DISCOUNT = frozenset({"discountCode", "discountPercent", "discountAmount", "hasManualDiscount"})
MOST_REMOVED = 1000


class LineChanges:
    """Collects changes; problems go to the look. ``apply`` is for when there are none."""

    def __init__(self, look: Look, order: Order, switches: Switches) -> None:
        self._look = look
        self._order = order
        self._switches = switches
        self._new: list[tuple[dict[str, Any], Item | None]] = []
        self._changed: list[tuple[Line, dict[str, Any], Item | None]] = []
        self._completed: list[tuple[Line, bool]] = []
        self._removed: list[int] = []

    def add(self, given: list[dict[str, Any]], where: str) -> None:
        items = check_new_lines(given, self._look, where)
        self._new += zip(given, items, strict=True)

    def change(
        self, given: list[dict[str, Any]], where: str, *, update_completed: bool = False
    ) -> None:
        problems, seen = self._look.problems, set()
        if len(given) > len(self._order.lines):
            problems.add(codes.TOO_MANY_LINES, where)
        check_sort_orders(given, self._look, where)
        for index, change in enumerate(given):
            here = f"{where}[{index}]."
            line = self._order.line(change["lineId"])
            if change["lineId"] in seen:
                problems.add(codes.LINE_TWICE, here + "lineId")
            elif line is None:
                problems.add(codes.NO_LINE, here + "lineId")
            else:
                self._change_line(line, change, here, update_completed=update_completed)
            seen.add(change["lineId"])

    def remove(self, given: Any, where: str) -> None:
        problems = self._look.problems
        if not isinstance(given, list) or not all(one.__class__ is int for one in given):
            problems.add(codes.VALUE, where)
            return
        if len(given) > MOST_REMOVED:
            problems.add(codes.RANGE, where)
            return
        for line_id in given:
            line = self._order.line(line_id)
            if line is None:
                problems.add(codes.NO_LINE, where)
            elif line.shipped:
                problems.add(codes.SHIPPED_LINE, where)
            elif line.free:
                problems.add(codes.FREE_LINE_DELETED, where)
        self._removed += given

    def apply(self) -> None:
        order, company, switches = self._order, self._look.company, self._switches
        for line, completed in self._completed:
            line.completed = completed
        for old, body, item in self._changed:
            known = item or company.items[old.inventory_id]
            new = build_line(old.line_id, body, known, order, company, switches)
            new.shipped, new.completed, new.free = old.shipped, old.completed, old.free
            if old.free:
                new.unit_price = ZERO
            order.lines[order.lines.index(old)] = new
        order.lines = [line for line in order.lines if line.line_id not in self._removed]
        given = [line for line, _ in self._new]
        items = [item for _, item in self._new]
        order.lines += build_lines(given, items, order, company, switches)
        sort_lines(order)

    def _change_line(
        self, line: Line, change: dict[str, Any], where: str, *, update_completed: bool
    ) -> None:
        problems = self._look.problems
        touched = change.keys() - {"lineId"}
        if change.get("completed") is not None:
            for name in sorted(touched - {"completed"}):
                problems.add(codes.NOT_ALLOWED, where + name)
            self._completed.append((line, change["completed"]))
            return
        if line.completed and not update_completed:
            problems.add(codes.COMPLETED, where + "lineId")
            return
        if line.shipped and self._switches.shipped_lines == "fixed":
            for name in sorted(touched & OF_SHIPPED.keys()):
                problems.add(OF_SHIPPED[name], where + name)
        if line.free and touched & OF_DISCOUNT:
            problems.add(codes.FREE_LINE, where + min(touched & OF_DISCOUNT))
        clears = self._switches.patched_null == "clears"
        members = {name: value for name, value in change.items() if name != "lineId"}
        body = merged_line(line, members, clears=clears)
        self._changed.append((line, body, check_line(body, sorted(touched), self._look, where)))
