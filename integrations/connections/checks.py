"""Settings that must agree, and what must not go to production."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Advice
from django.db import connections

from integrations.keyring import ring

BEYOND_READ = timedelta(seconds=60)
# Each quarantine with the time-out it has to outlast.
QUARANTINES = {"QUARANTINE": "VISMA_READ_TIMEOUT", "ERP_QUARANTINE": "VISMA_ERP_READ_TIMEOUT"}
BETWEEN_REPEATS = timedelta(seconds=150)
BETWEEN_LISTS = timedelta(seconds=12)


def secrets_can_be_kept(**kwargs: Any) -> list[CheckMessage]:
    """Without a usable key ring no secret can be read or written."""
    try:
        ring.check_ring()
    except ring.KeyRingFault as fault:
        return [
            Error(
                str(fault),
                hint="Put a new key first and keep the old ones after it.",
                id="connections.E001",
            )
        ]
    return []


def quarantine_outlasts_a_read(**kwargs: Any) -> list[CheckMessage]:
    """An order sent again while the ERP still works on it would be there twice."""
    return [
        Error(
            f"{name} must be at least 60 seconds longer than {read}.",
            hint=f"Set {name} to "
            f"{(getattr(settings, read) + BEYOND_READ).total_seconds():.0f} or more.",
            id="connections.E002",
        )
        for name, read in QUARANTINES.items()
        if getattr(settings, name) < getattr(settings, read) + BEYOND_READ
    ]


def repeats_keep_vismas_limits(**kwargs: Any) -> list[CheckMessage]:
    """A failed request at most twice in five minutes, one address at most five times in one."""
    faults = []
    if min(settings.QUARANTINE, settings.ERP_QUARANTINE) + settings.READ_LAG < BETWEEN_REPEATS:
        faults.append("QUARANTINE and READ_LAG together must be at least 150 seconds.")
    if settings.LIST_PAUSE < BETWEEN_LISTS:
        faults.append("LIST_PAUSE must be at least 12 seconds.")
    if not settings.PRODUCTION:
        return []
    return [
        Advice(f"{text} Visma may answer with 429.", id=f"connections.W01{number}")
        for number, text in enumerate(faults)
    ]


def vendor_is_named(**kwargs: Any) -> list[CheckMessage]:
    """Every page and mail says who asks, and where help is."""
    missing = [name for name in ("VENDOR_NAME", "SUPPORT_EMAIL") if not getattr(settings, name)]
    if not settings.PRODUCTION:
        missing = [name for name in missing if name == "VENDOR_NAME"]
    return [
        Advice(
            f"{name} is not set: customers are not told who asks for their consent.",
            id=f"connections.W00{number}",
        )
        for number, name in enumerate(missing, 1)
    ]


def production_is_safe(**kwargs: Any) -> list[CheckMessage]:
    """What serves the demo and development must not serve customers."""
    if not settings.PRODUCTION:
        return []
    faults = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        faults.append(("DATABASE_URL must name a PostgreSQL database in production.", "E003"))
    if not settings.PUBLIC_URL.startswith("https://"):
        faults.append(("PUBLIC_URL must begin with https:// in production.", "E004"))
    if settings.VISMA_PLAIN_HTTP_HOSTS:
        faults.append(("VISMA_PLAIN_HTTP_HOSTS is for the sandbox, not for production.", "E005"))
    plain = [name for name in _VISMA_ADDRESSES if getattr(settings, name).startswith("http://")]
    faults += [(f"{name} must begin with https:// in production.", "E006") for name in plain]
    return [Error(text, id=f"connections.{number}") for text, number in faults]


def commits_are_durable(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An order that was answered "taken" must outlive a crash of PostgreSQL."""
    faults: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor != "postgresql" or not settings.PRODUCTION:
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            (value,) = cursor.fetchone()
        if value in {"off", "local"}:
            faults.append(
                Error(
                    f"synchronous_commit is {value!r}: an accepted order could be lost.",
                    hint="Set it to on for the portal's database or role.",
                    id="connections.E007",
                )
            )
    return faults


_VISMA_ADDRESSES = [
    "VISMA_CONNECT_AUTHORIZE_URL",
    "VISMA_CONNECT_TOKEN_URL",
    "VISMA_CONNECT_USERINFO_URL",
    "VISMA_CONNECT_REVOCATION_URL",
    "VISMA_CONNECT_JWKS_URL",
    "VISMA_CONNECT_CONTEXT_URL",
    "VISMA_CONNECT_ORGANIZATION_URL",
    "VISMA_CONNECT_SALES_ORDER_URL",
    "VISMA_SERVICE_TOKEN_URL",
    "VISMA_SERVICE_ORGANIZATION_URL",
    "VISMA_SERVICE_SALES_ORDER_URL",
]
