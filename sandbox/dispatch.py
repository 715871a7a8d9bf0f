"""From a request to its answer: route, fault, endpoint, ledger."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable, Coroutine

from sandbox.connect.clients import presented_credentials
from sandbox.exchange import Exchange
from sandbox.faults.acts import ACTS, Scene
from sandbox.faults.scripts import Fault
from sandbox.guard import bearer_token
from sandbox.http import NotJson, Request, Response, problem
from sandbox.routes import Router
from sandbox.state import Route, Sandbox


class Dispatcher:
    """What every connection asks for an answer."""

    def __init__(self, sandbox: Sandbox, router: Router) -> None:
        self.ledger = sandbox.ledger
        self._sandbox = sandbox
        self._router = router
        self._tasks: set[asyncio.Task[None]] = set()

    def answer(self, exchange: Exchange) -> Response | None:
        """Return the answer, or None when a fault or a delay has taken the exchange over."""
        request = exchange.request
        if self._sandbox.world.role_changes:
            self._sandbox.world.settle_roles(self._sandbox.clock.seconds())
        route, refusal = self._router.find(request)
        if route is None:
            self.ledger.keep(request.entry)
            return refusal
        request.entry.kind = route.kind
        if route.kind.startswith("control."):
            return self._run(route, request)
        request.entry.reference = _reference(route, request)
        self.ledger.keep(request.entry)
        fault = self._fault_for(route, request)
        if fault is not None:
            request.entry.fault = fault.do
            self._start(self._play(fault, exchange, self._runner(route, request)))
            return None
        response = self._run(route, request)
        delay = self._delay(route)
        if delay:
            asyncio.get_running_loop().call_later(delay, exchange.send, response)
            return None
        return response

    def _fault_for(self, route: Route, request: Request) -> Fault | None:
        if not len(self._sandbox.faults):
            return None
        bearer_token(self._sandbox, request)
        form = request.form
        return self._sandbox.faults.take(
            kind=route.kind,
            tenant_id=request.entry.tenant_id or form.get("tenant_id"),
            client_id=request.entry.client_id or presented_credentials(request, form)[0],
            reference=request.entry.reference,
            reused=request.entry.reused,
            chance=self._sandbox.random,
        )

    def _runner(self, route: Route, request: Request) -> Callable[[], Response]:
        generation = self._sandbox.generation

        def run() -> Response:
            if self._sandbox.generation != generation:
                return Response(503)
            return self._run(route, request)

        return run

    async def _play(self, fault: Fault, exchange: Exchange, run: Callable[[], Response]) -> None:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        scene = Scene(exchange, run, self._sandbox.switches)
        try:
            await ACTS[fault.do](fault, scene)
        finally:
            exchange.drop()

    def _run(self, route: Route, request: Request) -> Response:
        try:
            return route.endpoint(self._sandbox, request)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return problem(500, "The sandbox itself failed; see its error output.")

    def _delay(self, route: Route) -> float:
        if route.kind == "token":
            return self._sandbox.switches.token_delay
        if route.kind.partition(".")[0] in {"salesorders", "customers", "organization"}:
            return self._sandbox.switches.erp_delay
        return 0.0

    def _start(self, play: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(play)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _reference(route: Route, request: Request) -> str | None:
    """The client's own name of the order, or what it looks for in a list."""
    if route.kind == "salesorders.list":
        return request.query.get("filter")
    if route.kind != "salesorders.post":
        return None
    try:
        body = request.json()
    except NotJson:
        return None
    customer = body.get("customer") if isinstance(body, dict) else None
    if not isinstance(customer, dict):
        return None
    found = customer.get("refNo") or customer.get("order")
    return found if isinstance(found, str) else None
