"""Does what background jobs asked for, once the clock has passed their moment."""

from __future__ import annotations

import re
import sys
import traceback

from sandbox.connect.grants import AccessToken
from sandbox.erp.background import BASE
from sandbox.erp.endpoints import OPERATIONS, Operation
from sandbox.erp.ids import decoded
from sandbox.erp.orders.answers import refusing
from sandbox.erp.records import Job
from sandbox.guard import Call
from sandbox.http import Request, Response
from sandbox.state import Sandbox
from sandbox.webhooks.events import publish
from sandbox.webhooks.records import BACKGROUND

OLD_BASE = re.compile("/API/controller/api", re.IGNORECASE)
KIND = "erp.background.run"
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def run_due(sandbox: Sandbox) -> None:
    """Run every job whose time has come, in the order they end. Cheap when none waits."""
    now, erp = sandbox.clock.seconds(), sandbox.erp
    due = sorted(
        (erp.jobs[one] for one in erp.pending if erp.jobs[one].ends_at <= now),
        key=lambda job: job.ends_at,
    )
    for job in due:
        erp.pending.remove(job.id)
        _run(sandbox, job)
        _tell(sandbox, job)


def next_due(sandbox: Sandbox) -> float:
    """When the next job ends; never, when none is under way."""
    erp = sandbox.erp
    return min((erp.jobs[one].ends_at for one in erp.pending), default=float("inf"))


def _tell(sandbox: Sandbox, job: Job) -> None:
    """``subscription:name=value,…`` asks for an event with these headers."""
    word, _, pairs = job.webhook.partition(":")
    if word.strip().lower() != "subscription":
        return
    named = (one.partition("=") for one in pairs.split(","))
    headers = {
        name.strip(): text.strip() for name, _, text in named if NAME.fullmatch(name.strip())
    }
    members = {
        "client_id": job.client_id,
        "requestId": job.id,
        "status": "Failed" if job.failure else "Finished",
        "statusCode": str(job.status_code),
        "stateLocation": sandbox.url(f"{BASE}/{job.id}"),
    }
    publish(sandbox, BACKGROUND, job.tenant_id, members, headers)


def _run(sandbox: Sandbox, job: Job) -> None:
    """The ledger gets a request of its own, whose detail is the job's id, as the 202's is."""
    company = sandbox.world.companies.get(job.tenant_id)
    operation, parameters = _find(job)
    if operation is None or company is None or sandbox.switches.background_outcome == "failed":
        job.failure = "The operation could not be processed."
        return
    entry = sandbox.ledger.open(method=job.method, path=job.path, connection=0, reused=False)
    entry.kind, entry.detail, entry.sent = KIND, job.id, "none"
    entry.tenant_id, entry.client_id = job.tenant_id, job.client_id
    sandbox.ledger.keep(entry)
    body = job.body.encode("latin-1")
    request = Request(
        job.method, job.path, job.query_string, job.headers, body, "", entry, parameters
    )
    token = AccessToken(
        client_id=job.client_id,
        tenant_id=job.tenant_id,
        scopes=frozenset(job.scopes),
        sub=job.sub,
        expires_at=job.ends_at,
    )
    try:
        response = refusing(operation.work)(sandbox, Call(company, token, request))
    except Exception:
        traceback.print_exc(file=sys.stderr)
        job.failure = "The sandbox itself failed; see its error output."
        return
    entry.status = response.status
    _keep(job, response)


def _keep(job: Job, response: Response) -> None:
    job.status_code = response.status
    job.content = response.body.decode("latin-1")
    job.response_headers = dict(response.headers)


def _find(job: Job) -> tuple[Operation | None, dict[str, str]]:
    path = OLD_BASE.sub("", job.path, count=1)
    for operation in OPERATIONS:
        found = re.fullmatch(operation.pattern, path, re.IGNORECASE)
        if found and operation.method == job.method:
            return operation, decoded(found.groupdict())
    return None, {}
