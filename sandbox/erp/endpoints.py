"""Everything the ERP API answers: kind, method, path below the base, work, and the rights.

``v1`` and ``v2`` are part of the path; ``{name}`` is a part of it that may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.erp import background, customer_writing, customers, inventory, organization
from sandbox.erp.orders import actions, finding, writing
from sandbox.guard import CompanyEndpoint

NAMED = re.compile(r"\{(\w+)\}")
VERSIONS = ("v1", "v2")
ORDERS = ("salesorder", "salesorderbasic")
# Last word of the kind, method, path below the resource, work, rights.
Row = tuple[str, str, str, CompanyEndpoint, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Operation:
    kind: str
    method: str
    path: str
    work: CompanyEndpoint
    rights: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        return NAMED.sub(r"(?P<\1>[^/]+)", self.path)


def _reads(kind: str, path: str, work: CompanyEndpoint) -> list[Operation]:
    return [Operation(kind, "GET", f"/v1/{path}", work, ("read",))]


def _orders() -> list[Operation]:
    found = []
    for version in VERSIONS:
        for name in ORDERS:
            basic = name == "salesorderbasic"
            list_them = finding.list_basic if basic else finding.list_full
            show_one = finding.show_basic if basic else finding.show_full
            base = f"/{version}/{name}"
            rows: list[Row] = [
                # Before the paths of which these are the longer ones.
                *_files(),
                *_actions(),
                ("list", "GET", "", list_them, ("read",)),
                ("post", "POST", "", writing.create_order, ("create",)),
                ("get", "GET", "/{order_number}", show_one, ("read",)),
                ("put", "PUT", "/{order_number}", writing.update_order, ("update",)),
                ("get", "GET", "/{order_type}/{order_number}", show_one, ("read",)),
                ("put", "PUT", "/{order_type}/{order_number}", writing.update_order, ("update",)),
            ]
            found += [
                Operation(f"erp.orders.{kind}", method, base + path, work, rights)
                for kind, method, path, work, rights in rows
            ]
    return found


def _files() -> list[Row]:
    numbered = ("/{order_number}", "/orderType/{order_type}/{order_number}")
    rows: list[Row] = []
    for line in ("", r"/(?P<line_number>\d+)"):
        for order in numbered:
            path = f"{order}{line}/attachment"
            rows.append(("attach", "POST", path, actions.attach_file, ("create", "update")))
        path = f"/{{order_type}}/{{order_number}}{line}/attachment/{{file_id}}"
        rows.append(("detach", "DELETE", path, actions.delete_file, ("delete",)))
    return rows


def _actions() -> list[Row]:
    rights = ("update", "create")
    action = "/{order_number}/action"
    return [
        ("cancel", "POST", f"{action}/cancelSalesOrder", actions.cancel_order, rights),
        ("reopen", "POST", f"{action}/reopenSalesOrder", actions.reopen_order, rights),
    ]


OPERATIONS = [
    *_reads("organization", "organization", organization.list_organizations),
    *_reads("organization", "organization/{organization_cd}", organization.show_organization),
    *_reads("erp.branches", "branch", organization.list_branches),
    *_reads("erp.branches", "branch/{branch_number}", organization.show_branch),
    *_reads("erp.customers.list", "customer", customers.list_customers),
    *_reads("erp.customers.get", "customer/{customer_cd}", customers.show_customer),
    *_reads("erp.customers.get", "customer/internal/{internal_id}", customers.show_by_internal_id),
    Operation(
        "erp.customers.post", "POST", "/v1/customer", customer_writing.create_customer, ("create",)
    ),
    Operation(
        "erp.customers.put",
        "PUT",
        "/v1/customer/{customer_cd}",
        customer_writing.update_customer,
        ("update",),
    ),
    *_reads("erp.orders.list", "customer/{customer_cd}/salesorder", finding.list_full),
    *_reads("erp.orders.list", "customer/{customer_cd}/salesorderbasic", finding.list_basic),
    *_reads("erp.locations", "location", customers.list_locations),
    *_reads("erp.locations", "location/{internal_id}", customers.list_locations),
    *_reads("erp.locations", "location/{internal_id}/{location_id}", customers.show_location),
    *_reads("erp.inventory.list", "inventory", inventory.list_items),
    *_reads("erp.inventory.get", "inventory/{inventory_number}", inventory.show_item),
    *_reads("erp.inventory.get", "inventory/internal/{internal_id}", inventory.show_by_internal_id),
    *_reads("erp.ordertypes", "salesordertype", inventory.list_order_types),
    *_reads("erp.ordertypes", "salesordertype/{order_type}", inventory.show_order_type),
    *_orders(),
]
JOBS = [
    *_reads("erp.background", "background/{request_id}", background.show_state),
    *_reads("erp.background", "background/{request_id}/content", background.show_content),
]
