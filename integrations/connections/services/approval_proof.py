"""Whether an application may ask by client credentials in a company: a token, then a real read."""

from __future__ import annotations

import logging
from datetime import datetime

from integrations.connections.models import Application, Integration
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    client_secrets,
    doctor,
    incidents,
    quotas,
    scopes,
    visma_clients,
)
from integrations.connections.services.findings import Finding
from integrations.keyring import ring
from integrations.visma import oauth, organization
from integrations.visma.errors import (
    BadAnswer,
    Faulted,
    Outage,
    Refused,
    Throttled,
    Unauthorized,
    VismaError,
)
from integrations.visma.oauth import TokenAnswer

logger = logging.getLogger(__name__)
APPLICATION_FAULTS = {"invalid_client", "unauthorized_client", "unsupported_grant_type"}


class NotProven(Exception):
    """What stands in the way."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


def prove(integration: Integration, visma_tenant_id: str, *, now: datetime) -> TokenAnswer:
    """An access token with every scope the integration needs, and a read that it let through.

    Raises NotProven.
    """
    application = integration.application
    wanted = scopes.needed(integration, Kind.SERVICE)
    answer = _token(application, visma_tenant_id, wanted, now)
    _check_tenant(answer, visma_tenant_id)
    _read(application, visma_tenant_id, answer, now=now)
    return answer


def _token(
    application: Application, tenant_id: str, wanted: list[str], now: datetime
) -> TokenAnswer:
    try:
        return _asked(application, tenant_id, wanted, now)
    except (visma_clients.NoSecret, ring.Unreadable) as fault:
        _tell_staff(application, "secret_unreadable", str(fault))
        raise NotProven(Finding.OUR_FAULT) from fault
    except Refused as refused:
        if refused.error in APPLICATION_FAULTS:
            _tell_staff(application, "application_refused", refused.error)
            raise NotProven(Finding.OUR_FAULT) from refused
        in_part = refused.error == "invalid_scope" and any(
            _is_granted(application, tenant_id, scope, now) for scope in wanted
        )
        raise NotProven(Finding.SCOPE_OFF if in_part else Finding.NOT_APPROVED) from refused
    except (Outage, BadAnswer) as error:
        raise NotProven(Finding.VISMA_DOWN) from error


def _asked(
    application: Application, tenant_id: str, wanted: list[str], now: datetime
) -> TokenAnswer:
    return client_secrets.asked(
        application,
        lambda client: oauth.client_credentials(client, tenant_id=tenant_id, scopes=wanted),
        kind=Kind.SERVICE,
        now=now,
    )


def _is_granted(application: Application, tenant_id: str, scope: str, now: datetime) -> bool:
    """With any one scope granted the approval is there, and a switch is off."""
    try:
        _asked(application, tenant_id, [scope], now)
    except VismaError:
        return False
    return True


def _check_tenant(answer: TokenAnswer, tenant_id: str) -> None:
    """A token that says it is for another tenant was not what we asked for."""
    tenant = oauth.tenant_of(answer.access_token)
    if tenant is not None and tenant.lower() != tenant_id:
        logger.warning("A token asked for in %s is for another tenant", tenant_id)
        raise NotProven(Finding.ANSWER_REFUSED)


def _read(application: Application, tenant_id: str, answer: TokenAnswer, *, now: datetime) -> None:
    """A contract's id yields a token and no company: only a real read tells."""
    try:
        _probe(application, tenant_id, answer, now=now)
    except Unauthorized as error:
        raise NotProven(Finding.CONTRACT_ID) from error
    except Faulted as error:
        wrong_id = error.code in doctor.NO_LICENCE_OR_ROLE
        raise NotProven(Finding.CONTRACT_ID if wrong_id else Finding.FORBIDDEN) from error
    except Throttled as error:
        raise NotProven(Finding.THROTTLED) from error
    except (Outage, BadAnswer) as error:
        raise NotProven(Finding.VISMA_DOWN) from error
    except VismaError as error:
        raise NotProven(Finding.FORBIDDEN) from error


def _probe(application: Application, tenant_id: str, answer: TokenAnswer, *, now: datetime) -> None:
    url = visma_clients.sales_order_url(Kind.SERVICE)
    try:
        probe = organization.read_probe(url, answer.access_token, visma_clients.transport())
    except VismaError as error:
        quotas.note_error(application.pk, tenant_id, error, now, url=url)
        raise
    quotas.note(application.pk, tenant_id, probe.rate_limit, None, now, url=url)


def _tell_staff(application: Application, kind: str, detail: str) -> None:
    incidents.open_incident(kind, subject=application.slug, application=application, detail=detail)
