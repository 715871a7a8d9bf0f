"""Steps of the checklist that a call can prove: what we ask Visma, and what its answer means.

A call that gets no answer proves and refutes nothing but that Visma answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from integrations.connections.models import Application, ChecklistStep, Connection
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    addresses,
    application_events,
    client_secrets,
    scopes,
    secret_trials,
    visma_clients,
)
from integrations.connections.services.checklist import TICKED
from integrations.connections.services.secret_trials import Verdict
from integrations.keyring import ring
from integrations.tenants.models import User
from integrations.visma import oauth, probes
from integrations.visma.errors import BadAnswer, Outage, Refused
from integrations.visma.oauth import TokenAnswer
from integrations.visma.probes import Start

Step = ChecklistStep.Step
# By it alone one learns whether client id and redirect URI are known.
LEAST_SCOPE = ["openid"]
GONE = {"invalid_tenant", "invalid_request"}


def look(application: Application, *, by: User | None = None, now: datetime) -> bool:
    """Prove what can be proven. False when Visma did not answer: then the rest stays as it was."""
    try:
        for proof in PROOFS[Kind(application.kind)]:
            proof(application, now)
    except (Outage, BadAnswer) as silent:
        if application.kind != Kind.VNI:
            _refute(application, Step.REACHABLE, "no_answer", now, detail=str(silent))
        answered = False
    else:
        answered = True
    application_events.record(
        application, "application.looked_at", by=by, now=now, answered=answered
    )
    return answered


def _reachable(application: Application, now: datetime) -> None:
    client = visma_clients.without_secret(application)
    wrong = probes.differences(client)
    if wrong:
        _refute(application, Step.REACHABLE, "settings_differ", now, detail=", ".join(wrong))
    elif not probes.signing_keys(client):
        _refute(application, Step.REACHABLE, "no_keys", now)
    else:
        _prove(application, Step.REACHABLE, "keys_read", now)


def _secret(application: Application, now: datetime) -> None:
    """Every living secret is tried; one that is taken proves the client id too."""
    verdicts = [client_secrets.attempt(secret, now=now) for secret in application.secrets.in_use()]
    if Verdict.ACCEPTED in verdicts:
        _prove(application, Step.SECRET, "secret_taken", now)
        if Step.APPLICATION not in TICKED[Kind(application.kind)]:
            _prove(application, Step.APPLICATION, "client_known", now)
    elif verdicts and all(each is Verdict.REFUSED for each in verdicts):
        _refute(application, Step.SECRET, "secret_refused", now)
    elif verdicts:
        raise Outage("no answer to a token request", sent=True)


def _sign_in(application: Application, now: datetime) -> None:
    client = visma_clients.without_secret(application)
    redirect_uri = addresses.redirect_uri(application.kind)
    whole = probes.ask_for_sign_in(
        client, redirect_uri=redirect_uri, scopes=scopes.of_sign_in(application)
    )
    if whole.start is Start.TAKEN:
        _prove(application, Step.REDIRECT, "sent_back", now)
        _prove(application, Step.APPLICATION, "client_known", now)
        _prove(application, Step.INTEGRATION_APPROVED, "scopes_taken", now)
        return
    least = probes.ask_for_sign_in(client, redirect_uri=redirect_uri, scopes=LEAST_SCOPE)
    if least.start is Start.STOPPED:
        _refute(application, Step.REDIRECT, "sign_in_stopped", now, detail=least.told)
        return
    _prove(application, Step.REDIRECT, "sent_back", now)
    _prove(application, Step.APPLICATION, "client_known", now)
    _refute(application, Step.INTEGRATION_APPROVED, "scopes_stopped", now, detail=whole.told)


def _approval(application: Application, now: datetime) -> None:
    """A token in a company that has approved it shows approval and scopes."""
    errors = []
    for tenant_id in secret_trials.approved_tenants(application):
        try:
            _token(application, str(tenant_id), now)
        except Refused as refused:
            errors.append(refused.error)
        except (visma_clients.NoSecret, ring.Unreadable):
            return
        else:
            _prove(application, Step.INTEGRATION_APPROVED, "scopes_granted", now)
            _prove(application, Step.COMPANY, "token_given", now)
            return
    if errors and GONE.issuperset(errors):
        _refute(application, Step.COMPANY, "approval_gone", now)


def _token(application: Application, tenant_id: str, now: datetime) -> TokenAnswer:
    wanted = scopes.of_application(application)
    return client_secrets.asked(
        application,
        lambda client: oauth.client_credentials(client, tenant_id=tenant_id, scopes=wanted),
        kind=Kind.SERVICE,
        now=now,
    )


def _company(application: Application, now: datetime) -> None:
    """A read that succeeded some time ago is a proof of that time."""
    proven = Connection.objects.filter(
        integration__application=application, state=Connection.State.CONNECTED
    )
    newest = proven.order_by("-proven_at").values_list("proven_at", flat=True).first()
    if newest is not None:
        _prove(application, Step.COMPANY, "read_succeeded", newest)


Proof = Callable[[Application, datetime], None]
PROOFS: dict[Kind, list[Proof]] = {
    Kind.CONNECT: [_reachable, _secret, _sign_in, _company],
    Kind.SERVICE: [_reachable, _secret, _company, _approval],
    Kind.VNI: [_secret, _company],
}


def _prove(application: Application, step: ChecklistStep.Step, finding: str, now: datetime) -> None:
    _keep(application, step, {"proven_at": now, "refuted_at": None, "finding": finding})


def _refute(
    application: Application,
    step: ChecklistStep.Step,
    finding: str,
    now: datetime,
    *,
    detail: str = "",
) -> None:
    said = {"proven_at": None, "refuted_at": now, "finding": finding, "detail": detail[:200]}
    _keep(application, step, said)


def _keep(application: Application, step: ChecklistStep.Step, said: Mapping[str, object]) -> None:
    ChecklistStep.objects.update_or_create(
        application=application, step=step, defaults={"detail": "", **said}
    )
