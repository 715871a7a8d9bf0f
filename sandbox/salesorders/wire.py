"""What all of V3's answers have in common."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.http import PROBLEM_JSON, Request, Response, problem
from sandbox.state import Route, Sandbox


def as_v3(route: Route) -> Route:
    """The route with V3's manners: how it reads paths, how it labels what went wrong."""
    as_published, endpoint = re.compile(route.pattern), route.endpoint

    def answered(sandbox: Sandbox, request: Request) -> Response:
        switches = sandbox.switches
        if switches.path_letter_case == "counts" and not as_published.fullmatch(request.path):
            return problem(404, "Nothing is here.", instance=request.path)
        response = endpoint(sandbox, request)
        if response.status >= 400:
            label = ("Content-Type", f"{switches.problem_type}; charset=utf-8")
            response.headers = [
                label if header == ("Content-Type", PROBLEM_JSON) else header
                for header in response.headers
            ]
        return response

    return replace(route, endpoint=answered)
