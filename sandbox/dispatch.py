"""From a request to its answer: route, fault, endpoint, ledger."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable, Coroutine
from functools import partial

from sandbox.connect.clients import presented_credentials
from sandbox.erp.running import next_due, run_due
from sandbox.exchange import Exchange
from sandbox.faults.acts import ACTS
from sandbox.faults.queue import Occasion
from sandbox.faults.scene import Scene
from sandbox.faults.scripts import CONNECTION, Deed
from sandbox.guard import bearer_token
from sandbox.http import NotJson, Request, Response, problem
from sandbox.routes import Router
from sandbox.state import Route, Sandbox

NEVER = float("inf")
ERP_ROOMS = {"salesorders", "customers", "inventory", "organization", "erp"}


class Dispatcher:
    """What every connection asks for an answer."""

    def __init__(self, sandbox: Sandbox, router: Router) -> None:
        self.ledger = sandbox.ledger
        self._sandbox = sandbox
        self._router = router
        self._tasks: set[asyncio.Task[None]] = set()
        self._job_alarm_at = NEVER

    def answer(self, exchange: Exchange) -> Response | None:
        """Return the answer, or None when a fault or a delay has taken the exchange over."""
        request = exchange.request
        if self._sandbox.world.role_changes:
            self._sandbox.world.settle_roles(self._sandbox.clock.seconds())
        if self._sandbox.erp.pending:
            run_due(self._sandbox)
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
            self._note(fault, request)
            self._start(self._play(fault, exchange, self._runner(route, request)))
            return None
        delay = self._delay(route)
        if delay:
            # First note when each of a burst has come, then work: their work takes time as well.
            due = self._sandbox.clock.seconds() + delay
            run = self._runner(route, request)
            asyncio.get_running_loop().call_soon(self._answer_at, due, exchange, run)
            return None
        return self._run(route, request)

    def meets(self, first: bytes, number: int) -> str | None:
        """The fault that takes a new connection, if one does. The control API is spared."""
        sandbox = self._sandbox
        if not len(sandbox.faults) or is_control(first.partition(b" ")[2]):
            return None
        deed = sandbox.faults.take(Occasion(CONNECTION, sandbox.clock.seconds()))
        if deed is None:
            return None
        entry = self.ledger.open(method="", path="", connection=number, reused=False)
        entry.kind, entry.fault, entry.sent = CONNECTION, deed.do, "none"
        self.ledger.keep(entry)
        return deed.do

    def _answer_at(self, due: float, exchange: Exchange, run: Callable[[], Response]) -> None:
        response, clock = run(), self._sandbox.clock
        clock.call_later(max(due - clock.seconds(), 0.0), partial(exchange.send, response))

    def _fault_for(self, route: Route, request: Request) -> Deed | None:
        if not len(self._sandbox.faults):
            return None
        bearer_token(self._sandbox, request)
        form = request.form
        entry = request.entry
        return self._sandbox.faults.take(
            Occasion(
                kind=route.kind,
                at=self._sandbox.clock.seconds(),
                method=request.method,
                tenant_id=entry.tenant_id or form.get("tenant_id"),
                client_id=entry.client_id or presented_credentials(request, form)[0],
                reference=entry.reference,
                grant_type=form.get("grant_type"),
                reused=entry.reused,
            )
        )

    def _note(self, fault: Deed, request: Request) -> None:
        """What the endpoint would note, which may never see the request."""
        entry, sandbox = request.entry, self._sandbox
        entry.fault = fault.do
        entry.detail = request.form.get("grant_type", "")[:80] or None
        if entry.client_id:
            now = sandbox.clock.seconds()
            sandbox.limits.mark(request, entry.tenant_id or "", entry.client_id, now)

    def _runner(self, route: Route, request: Request) -> Callable[[], Response]:
        generation = self._sandbox.generation

        def run() -> Response:
            if self._sandbox.generation != generation:
                return Response(503)
            return self._run(route, request)

        return run

    async def _play(self, deed: Deed, exchange: Exchange, run: Callable[[], Response]) -> None:
        scene = Scene(self._sandbox, exchange, run, deed)
        with self.ledger.held(exchange.request.entry):
            try:
                await self._sandbox.clock.sleep(deed.delay)
                await ACTS[deed.do](scene)
            finally:
                exchange.drop()

    def _run(self, route: Route, request: Request) -> Response:
        try:
            response = route.endpoint(self._sandbox, request)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return problem(500, "The sandbox itself failed; see its error output.")
        if self._sandbox.erp.pending:
            self._await_jobs()
        return response

    def _await_jobs(self) -> None:
        """Background jobs end by themselves: somebody may wait for their webhook."""
        clock, due_at = self._sandbox.clock, next_due(self._sandbox)
        if due_at < self._job_alarm_at:
            self._job_alarm_at = due_at
            clock.call_later(max(due_at - clock.seconds(), 0.0), self._ring)

    def _ring(self) -> None:
        # The clock rings all at once when it is reset; by then there may be no jobs any more.
        asyncio.get_running_loop().call_soon(self._run_jobs)

    def _run_jobs(self) -> None:
        self._job_alarm_at = NEVER
        run_due(self._sandbox)
        if self._sandbox.erp.pending:
            self._await_jobs()

    def _delay(self, route: Route) -> float:
        if route.kind == "token":
            return self._sandbox.switches.token_delay
        if route.kind.partition(".")[0] in ERP_ROOMS:
            return self._sandbox.switches.erp_delay
        return 0.0

    def _start(self, play: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(play)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def is_control(path: bytes) -> bool:
    return path.startswith((b"/_control/", b"/switches"))


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
