"""Settings and rows → the plain values that integrations.visma takes."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast

from django.conf import settings

from integrations.connections.models import Application
from integrations.connections.models.applications import Kind
from integrations.visma.oauth import Client, Endpoints, KeySet, Transport
from integrations.visma.pump import PumpOptions


class NoSecret(Exception):
    """The application has no client secret that is in use."""


def client_for(application: Application) -> Client:
    """The application as the token endpoint knows it, with its newest secret in use.

    Raises NoSecret, and ring.Unreadable when the secret's key is gone.
    """
    secret = application.secrets.filter(retired_at=None).order_by("-created_at").first()
    if secret is None:
        raise NoSecret(f"{application} has no client secret")
    return Client(
        client_id=application.client_id,
        client_secrets=secret.value(),
        auth_method=cast(Literal["basic", "post"], settings.VISMA_CLIENT_AUTHENTICATION),
        endpoints=endpoints(application.kind),
        transport=transport(),
    )


def endpoints(kind: str) -> Endpoints:
    service = kind == Kind.SERVICE
    return Endpoints(
        authorize=settings.VISMA_CONNECT_AUTHORIZE_URL,
        token=settings.VISMA_SERVICE_TOKEN_URL if service else settings.VISMA_CONNECT_TOKEN_URL,
        userinfo=settings.VISMA_CONNECT_USERINFO_URL,
        revocation=settings.VISMA_CONNECT_REVOCATION_URL,
        jwks=settings.VISMA_CONNECT_JWKS_URL,
        issuer=settings.VISMA_CONNECT_ISSUER,
    )


def names_itself(kind: str) -> bool:
    """Whether every answer of the kind's authorization server says whose it is (RFC 9207)."""
    return kind == Kind.CONNECT and bool(settings.VISMA_CONNECT_ISS_ADVERTISED)


def organization_url(kind: str) -> str:
    if kind == Kind.SERVICE:
        return str(settings.VISMA_SERVICE_ORGANIZATION_URL)
    return str(settings.VISMA_CONNECT_ORGANIZATION_URL)


def sales_order_url(kind: str) -> str:
    if kind == Kind.SERVICE:
        return str(settings.VISMA_SERVICE_SALES_ORDER_URL)
    return str(settings.VISMA_CONNECT_SALES_ORDER_URL)


def transport() -> Transport:
    """How single calls travel: tokens, names, checks."""
    return Transport(
        ca_file=settings.VISMA_CA_FILE or None,
        timeout=settings.VISMA_TOKEN_TIMEOUT.total_seconds(),
        connect_timeout=settings.VISMA_CONNECT_TIMEOUT.total_seconds(),
        plain_http_hosts=frozenset(settings.VISMA_PLAIN_HTTP_HOSTS),
        proxy=settings.VISMA_PROXY,
    )


def pump_options(total: int, per_host: int) -> PumpOptions:
    """How the push travels."""
    return PumpOptions(
        ca_file=settings.VISMA_CA_FILE or None,
        connect_timeout=settings.VISMA_CONNECT_TIMEOUT.total_seconds(),
        read_timeout=settings.VISMA_READ_TIMEOUT.total_seconds(),
        total=total,
        per_host=per_host,
        plain_http_hosts=frozenset(settings.VISMA_PLAIN_HTTP_HOSTS),
        proxy=settings.VISMA_PROXY,
    )


def signing_keys() -> KeySet:
    """Visma's signing keys, kept by this process."""
    return _signing_keys(settings.VISMA_CONNECT_JWKS_URL, transport())


@lru_cache(maxsize=4)
def _signing_keys(url: str, transport: Transport) -> KeySet:
    return KeySet(url, transport)
