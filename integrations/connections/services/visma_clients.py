"""Settings and rows → the plain values that integrations.visma takes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal, cast

from django.conf import settings

from integrations.connections.models import Application, ApplicationSecret
from integrations.connections.models.applications import Kind, Route
from integrations.visma.oauth import Client, Endpoints, KeySet, Transport
from integrations.visma.pump import PumpOptions


class NoSecret(Exception):
    """The application has no client secret that is in use."""


def client_for(
    application: Application, kind: str = "", *, secret: ApplicationSecret | None = None
) -> Client:
    """The application as the token endpoint knows it, with the likeliest of its secrets.

    ``kind`` is the grant's, where it isn't the application's own. A call that a refused secret may
    not stop goes through ``client_secrets.asked``.
    Raises NoSecret, and ring.Unreadable when the secret's key is gone.
    """
    secret = secret or application.secrets.in_use().first()
    if secret is None:
        raise NoSecret(f"{application} has no client secret")
    return replace(without_secret(application, kind), client_secrets=secret.value())


def without_secret(application: Application, kind: str = "") -> Client:
    """The application as the authorization endpoint knows it."""
    return Client(
        client_id=application.client_id,
        client_secrets="",
        auth_method=cast(Literal["basic", "post"], settings.VISMA_CLIENT_AUTHENTICATION),
        endpoints=endpoints(kind or application.kind),
        transport=transport(),
    )


def endpoints(kind: str) -> Endpoints:
    if kind == Kind.VNI:
        return _vni_endpoints()
    service = kind == Kind.SERVICE
    return Endpoints(
        authorize=settings.VISMA_CONNECT_AUTHORIZE_URL,
        token=settings.VISMA_SERVICE_TOKEN_URL if service else settings.VISMA_CONNECT_TOKEN_URL,
        userinfo=settings.VISMA_CONNECT_USERINFO_URL,
        revocation=settings.VISMA_CONNECT_REVOCATION_URL,
        jwks=settings.VISMA_CONNECT_JWKS_URL,
        issuer=settings.VISMA_CONNECT_ISSUER,
    )


def _vni_endpoints() -> Endpoints:
    """VNI signs nothing and never says who it is."""
    return Endpoints(
        authorize=settings.VISMA_VNI_AUTHORIZE_URL,
        token=settings.VISMA_VNI_TOKEN_URL,
        userinfo=f"{settings.VISMA_VNI_CONTEXT_URL}/userdetails",
        revocation=settings.VISMA_VNI_REVOCATION_URL,
        jwks="",
        issuer="",
    )


def names_itself(kind: str) -> bool:
    """Whether every answer of the kind's authorization server says whose it is (RFC 9207)."""
    return kind == Kind.CONNECT and bool(settings.VISMA_CONNECT_ISS_ADVERTISED)


def context_url(kind: str) -> str:
    """The endpoint that lists the companies a token reaches; empty where there is none."""
    if kind == Kind.VNI:
        return str(settings.VISMA_VNI_CONTEXT_URL)
    return str(settings.VISMA_CONNECT_CONTEXT_URL) if kind == Kind.CONNECT else ""


def organization_url(kind: str) -> str:
    """Base of the ERP API; a VNI token works at the old one only."""
    if kind == Kind.VNI:
        return str(settings.VISMA_VNI_ERP_URL)
    if kind == Kind.SERVICE:
        return str(settings.VISMA_SERVICE_ORGANIZATION_URL)
    return str(settings.VISMA_CONNECT_ORGANIZATION_URL)


def orders_url(kind: str, route: str) -> str:
    """Base of the API that takes orders over a route."""
    return organization_url(kind) if route == Route.ERP_V1 else sales_order_url(kind)


def order_timeout(route: str) -> float:
    """How long a call about orders may take over a route, in seconds."""
    erp = route == Route.ERP_V1
    timeout = settings.VISMA_ERP_READ_TIMEOUT if erp else settings.VISMA_READ_TIMEOUT
    return float(timeout.total_seconds())


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
