"""Every address of the sandbox. One port serves all of Visma, told apart by path."""

from __future__ import annotations

import re
from urllib.parse import unquote

from sandbox import appstore, control, customers, erp, pages
from sandbox.connect import authorize, discovery, signin, token, userinfo
from sandbox.guard import guarded
from sandbox.http import Request, Response, problem
from sandbox.salesorders import read, write
from sandbox.state import Route

READ = "visma.net.erp.salesorder:read"
WRITE = "visma.net.erp.salesorder:write"
ERP_READ = ("vismanet_erp_interactive_api:read", "vismanet_erp_service_api:read")

ORDERS = "/api/v3/SalesOrders"
ORDER = rf"{ORDERS}/(?P<type>[^/]+)/(?P<order_id>[^/]+)"
CUSTOMERS = "/api/v3/Customers"

ROUTES = [
    Route("salesorders.post", "POST", ORDERS, guarded(write.create_order, WRITE, service="v3")),
    Route("salesorders.list", "GET", ORDERS, guarded(read.list_orders, READ, service="v3")),
    Route("salesorders.get", "GET", ORDER, guarded(read.show_order, READ, service="v3")),
    Route(
        "salesorders.list",
        "GET",
        rf"{ORDERS}/(?P<type>[^/]+)",
        guarded(read.list_orders, READ, service="v3"),
    ),
    Route(
        "salesorders.lines", "GET", rf"{ORDER}/lines", guarded(read.list_lines, READ, service="v3")
    ),
    Route(
        "customers.list", "GET", CUSTOMERS, guarded(customers.list_customers, READ, service="v3")
    ),
    Route(
        "customers.locations",
        "GET",
        rf"{CUSTOMERS}/(?P<customer_id>[^/]+)/locations",
        guarded(customers.list_locations, READ, service="v3"),
    ),
    Route(
        "organization",
        "GET",
        "/v1/organization",
        guarded(erp.list_organizations, *ERP_READ, service="erp"),
    ),
    Route(
        "organization",
        "GET",
        r"/v1/organization/(?P<organization_cd>[^/]+)",
        guarded(erp.show_organization, *ERP_READ, service="erp"),
    ),
    Route("token", "POST", "/connect/token", token.issue_token),
    Route("userinfo", "GET", "/connect/userinfo", userinfo.show_userinfo),
    Route("userinfo", "POST", "/connect/userinfo", userinfo.show_userinfo),
    Route("revocation", "POST", "/connect/revocation", userinfo.revoke_token),
    Route("discovery", "GET", "/.well-known/openid-configuration", discovery.show_metadata),
    Route("discovery", "GET", "/.well-known/oauth-authorization-server", discovery.show_metadata),
    Route("jwks", "GET", "/.well-known/openid-configuration/jwks", discovery.show_keys),
    Route("authorize", "GET", "/connect/authorize", authorize.begin),
    Route("authorize", "POST", "/connect/authorize", authorize.begin),
    Route("signin", "GET", "/connect/signin", signin.show_sign_in),
    Route("signin", "POST", "/connect/signin", signin.sign_in),
    Route("company", "GET", "/connect/company", authorize.show_companies),
    Route("company", "POST", "/connect/company", authorize.choose_company),
    Route("consent", "GET", "/connect/consent", authorize.show_consent),
    Route("consent", "POST", "/connect/consent", authorize.decide),
    Route("endsession", "GET", "/connect/endsession", signin.sign_out),
    Route("debugger", "GET", "/connect/debugger", authorize.show_error),
    *appstore.ROUTES,
    *control.ROUTES,
    Route("page", "GET", "/", pages.show_start),
    Route("page", "GET", "/sandbox.css", pages.show_stylesheet),
]


class Router:
    """Letter case of a path does not matter, as at Visma."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Route]]] = []
        for route in ROUTES:
            self._methods_of(route.pattern)[route.method] = route

    def find(self, request: Request) -> tuple[Route | None, Response]:
        """Return the route, with path parameters set on the request; else a 404 or 405."""
        methods = self._exact.get(request.path.lower()) or self._matched(request)
        if methods is None:
            return None, problem(404, "Nothing is here.", instance=request.path)
        method = "GET" if request.method == "HEAD" else request.method
        route = methods.get(method)
        if route is None:
            refusal = problem(405, "The method is not allowed here.", instance=request.path)
            refusal.headers.append(("Allow", ", ".join(sorted(methods))))
            return None, refusal
        return route, Response(200)

    def _methods_of(self, pattern: str) -> dict[str, Route]:
        if "(?P<" not in pattern:
            return self._exact.setdefault(pattern.lower(), {})
        compiled = re.compile(pattern, re.IGNORECASE)
        for known, methods in self._patterns:
            if known.pattern == compiled.pattern:
                return methods
        self._patterns.append((compiled, {}))
        return self._patterns[-1][1]

    def _matched(self, request: Request) -> dict[str, Route] | None:
        for pattern, methods in self._patterns:
            if found := pattern.fullmatch(request.path):
                request.parameters = {
                    name: unquote(value) for name, value in found.groupdict().items()
                }
                return methods
        return None
