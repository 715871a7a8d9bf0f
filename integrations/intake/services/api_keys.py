"""Keys a tenant's systems come in with: made, found, revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from integrations.audit.services import record
from integrations.intake.models import ApiKey
from integrations.keyring import tokens
from integrations.tenants.models import Tenant, User

# A key's last use is told to the minute, so that using it is not one write a request.
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(tenant: Tenant, name: str, *, by: User, now: datetime) -> tuple[ApiKey, str]:
    """A new key and its text, which is told this once: only a digest is kept."""
    text = tokens.new_key(ApiKey.PREFIX)
    key = ApiKey.objects.create(
        tenant=tenant, name=name, digest=tokens.digest(text), ending=text[-4:], created_by=by
    )
    facts = {"key": key.pk, "ending": key.ending}
    record(tenant, "api_key.made", facts=facts, personal={"by": by.email, "name": name}, now=now)
    return key, text


@transaction.atomic
def revoke(key: ApiKey, *, by: User, now: datetime) -> bool:
    """End a key for good. False when it had ended already."""
    ended = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
    if ended:
        facts = {"key": key.pk, "ending": key.ending}
        record(key.tenant, "api_key.revoked", facts=facts, personal={"by": by.email}, now=now)
    return bool(ended)


def find(text: str, *, now: datetime) -> ApiKey | None:
    """The living key of that text. A mistyped one is refused without asking the database."""
    if not tokens.is_well_formed(text, ApiKey.PREFIX):
        return None
    key = (
        ApiKey.objects.select_related("tenant")
        .filter(digest=tokens.digest(text), revoked_at=None)
        .first()
    )
    if key and (key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY):
        _note_use(key, now)
    return key


def _note_use(key: ApiKey, now: datetime) -> None:
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(long_ago, pk=key.pk).update(last_used_at=now)
