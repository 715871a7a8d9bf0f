"""Every address of the sandbox. One port serves all of Visma, told apart by path."""

from __future__ import annotations

import re
from urllib.parse import unquote

from sandbox import mails, pages, start
from sandbox.admin import routes as admin
from sandbox.appstore import routes as appstore
from sandbox.connect import routes as connect
from sandbox.control import routes as control
from sandbox.developers import routes as developers
from sandbox.erp import routes as erp
from sandbox.http import Request, Response, json_response, problem
from sandbox.salesorders import openapi
from sandbox.salesorders import routes as salesorders
from sandbox.state import Route
from sandbox.vni import routes as vni
from sandbox.webhooks import routes as webhooks

ROUTES = [
    *connect.ROUTES,
    *salesorders.ROUTES,
    *openapi.ROUTES,
    *erp.ROUTES,
    *vni.ROUTES,
    *developers.ROUTES,
    *appstore.ROUTES,
    *admin.ROUTES,
    *webhooks.ROUTES,
    *control.ROUTES,
    Route("page", "GET", "/", start.show_start),
    Route("page", "GET", "/mails", mails.show_mails),
    Route("page", "GET", "/sandbox.css", pages.show_stylesheet),
]


def nothing_here(path: str) -> Response:
    """404 in the words of the API that the path belongs to."""
    if path.lower().startswith(("/v1/", "/v2/", "/api/controller/")):
        return json_response({"message": "Nothing is here."}, 404)
    return problem(404, "Nothing is here.", instance=path)


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
            return None, nothing_here(request.path)
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
