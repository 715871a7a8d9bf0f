"""Whether chains hold, as pages and the nightly walk say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrations.audit.models import AuditChain, AuditEvent
from integrations.audit.services.chain import verify
from integrations.tenants.models import Tenant

# A chain up to this long is walked while somebody waits for the page.
AT_ONCE = 3_000


@dataclass(frozen=True, slots=True)
class Standing:
    """``since`` is the first event's time; ``checked_at`` None: nobody has looked yet."""

    length: int
    since: datetime | None
    checked_at: datetime | None
    broken_at: int | None

    @property
    def is_whole(self) -> bool:
        return self.checked_at is not None and self.broken_at is None


def standing_of(tenant: Tenant, *, now: datetime) -> Standing:
    """Walk a short chain now; of a long one say what the last walk found."""
    chain = AuditChain.objects.filter(tenant=tenant).first()
    if chain is None or chain.length <= AT_ONCE:
        walk(tenant, now=now)
        chain = AuditChain.objects.filter(tenant=tenant).first()
    first = AuditEvent.objects.filter(tenant=tenant).order_by("number").first()
    return Standing(
        length=chain.length if chain else 0,
        since=first.at if first else None,
        checked_at=chain.verified_at if chain else now,
        broken_at=chain.broken_at if chain else (1 if first else None),
    )


def walk(tenant: Tenant, *, now: datetime) -> int | None:
    """Verify all of a tenant's chain and keep what was found: the first event that doesn't fit."""
    broken_at = verify(tenant)
    AuditChain.objects.filter(tenant=tenant).update(verified_at=now, broken_at=broken_at)
    return broken_at


def broken_chains() -> list[Tenant]:
    """Tenants whose chain did not hold at its last walk."""
    return list(Tenant.objects.filter(chain__broken_at__isnull=False).order_by("name"))
