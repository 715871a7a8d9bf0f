"""Calls that are answered at once and done later (``erp-api-background``)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.draws import drawn_uuid
from sandbox.erp.dates import erp_moment
from sandbox.erp.errors import erp_error
from sandbox.erp.records import Job
from sandbox.guard import Call, CompanyEndpoint
from sandbox.http import Response, json_response
from sandbox.state import Sandbox

HEADER = "erp-api-background"
KEPT_SECONDS = 24 * 3600
# A recorded job waited for a third of its time, and was worked on for the rest.
WAITING = 0.3
BASE = "/v1/background"


def backgrounded(endpoint: CompanyEndpoint) -> CompanyEndpoint:
    """The endpoint, or 202 and a job when the header asks for it."""

    def either(sandbox: Sandbox, call: Call) -> Response:
        webhook = call.request.headers.get(HEADER, "").strip()
        return _accept(sandbox, call, webhook) if webhook else endpoint(sandbox, call)

    return either


def show_state(sandbox: Sandbox, call: Call) -> Response:
    job = _job(sandbox, call)
    return _unknown(sandbox) if job is None else json_response(_describe(sandbox, call, job))


def show_content(sandbox: Sandbox, call: Call) -> Response:
    """The body that the real call was answered with."""
    job = _job(sandbox, call)
    if job is None:
        return _unknown(sandbox)
    if not job.content:
        return erp_error(sandbox, 404, "The operation has no content.")
    kind = job.response_headers.get("Content-Type", "application/json")
    return Response(200, job.content.encode("latin-1"), [("Content-Type", kind)])


def _accept(sandbox: Sandbox, call: Call, webhook: str) -> Response:
    request, token, now = call.request, call.token, sandbox.clock.seconds()
    seconds = sandbox.switches.background_seconds
    job = Job(
        id=drawn_uuid(sandbox.random),
        tenant_id=call.company.tenant_id,
        client_id=token.client_id,
        sub=token.sub,
        scopes=sorted(token.scopes),
        method=request.method,
        path=request.path,
        query_string=request.query_string,
        headers={name: text for name, text in request.headers.items() if name != HEADER},
        body=request.body.decode("latin-1"),
        webhook=webhook,
        received_at=now,
        starts_at=now + seconds * WAITING,
        ends_at=now + seconds,
    )
    job.headers.pop("authorization", None)
    sandbox.erp.jobs[job.id] = job
    sandbox.erp.pending.append(job.id)
    request.entry.detail = job.id
    return json_response({"id": job.id, "stateLocation": _place(sandbox, call, job)}, 202)


def _job(sandbox: Sandbox, call: Call) -> Job | None:
    """The company's job, for as long as its state is kept."""
    job = sandbox.erp.jobs.get(call.request.parameters["request_id"].lower())
    if job is None or job.tenant_id != call.company.tenant_id:
        return None
    return job if sandbox.clock.seconds() < job.received_at + KEPT_SECONDS else None


def _unknown(sandbox: Sandbox) -> Response:
    return erp_error(sandbox, 404, "Background operation not found")


def _describe(sandbox: Sandbox, call: Call, job: Job) -> dict[str, Any]:
    """BackgroundRequestStateDto."""
    now, done = sandbox.clock.seconds(), bool(job.status_code or job.failure)
    place = _place(sandbox, call, job)
    shows_headers = sandbox.switches.background_location == "in_state"
    query = f"?{job.query_string}" if job.query_string else ""
    return {
        "id": job.id,
        "status": ("Failed" if job.failure else "Finished") if done else "Started",
        "statusCode": job.status_code,
        "receivedUtc": _moment(sandbox, job.received_at),
        "startedUtc": _moment(sandbox, job.starts_at) if now >= job.starts_at else None,
        "finishedUtc": _moment(sandbox, job.ends_at) if done else None,
        "webhookAddress": job.webhook,
        "errorMessage": job.failure or None,
        "reference": None,
        "originalUri": sandbox.url(job.path + query),
        "hasResponseContent": bool(job.content),
        "hasRequestContent": bool(job.body),
        "contentLocation": f"{place}/content" if job.content else None,
        "responseHeaders": job.response_headers if done and shows_headers else {},
    }


def _place(sandbox: Sandbox, call: Call, job: Job) -> str:
    """On the base that was called."""
    path = call.request.path
    old = path.lower().startswith("/api/")
    return sandbox.url(f"{'/API/controller/api' if old else ''}{BASE}/{job.id}")


def _moment(sandbox: Sandbox, seconds: float) -> str | None:
    return erp_moment(sandbox, datetime.fromtimestamp(seconds, UTC), "utc")
