"""The addresses of the ERP API: the new base, and the old one with its longer path."""

from __future__ import annotations

from sandbox.erp.background import backgrounded
from sandbox.erp.endpoints import JOBS, OPERATIONS, Operation
from sandbox.erp.ids import with_plain_ids
from sandbox.erp.orders.answers import refusing
from sandbox.guard import CompanyEndpoint, guarded
from sandbox.state import Route

APIS = ("vismanet_erp_interactive_api", "vismanet_erp_service_api")
OLD_BASE = "/API/controller/api"


def _routes(operation: Operation, work: CompanyEndpoint) -> list[Route]:
    scopes = [f"{api}:{right}" for api in APIS for right in operation.rights]
    endpoint = guarded(with_plain_ids(work), *scopes, service="erp")
    return [
        Route(operation.kind, operation.method, base + operation.pattern, endpoint)
        for base in ("", OLD_BASE)
    ]


ROUTES = [
    *(route for one in OPERATIONS for route in _routes(one, backgrounded(refusing(one.work)))),
    *(route for one in JOBS for route in _routes(one, one.work)),
]
