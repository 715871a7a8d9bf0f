"""Members of a tenant, with what is done to them in the tenant's audit chain."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from integrations.audit.services import record
from integrations.tenants import services
from integrations.tenants.models import Member, Tenant, User


@transaction.atomic
def invite(tenant: Tenant, email: str, role: str, *, by: User, now: datetime) -> bool:
    """Give somebody access and mail them; False when they had it and only the role was set.

    Raises services.LastOwner.
    """
    member, is_new = services.add_member(tenant, email, role)
    if is_new:
        services.mail_invited(member, by=by)
    _record(member, "member.added" if is_new else "member.role_set", by, now, role=role)
    return is_new


@transaction.atomic
def remove(member: Member, *, by: User, now: datetime) -> None:
    """Take somebody's access to the tenant. Raises services.LastOwner."""
    _record(member, "member.removed", by, now)
    services.remove_member(member)


@transaction.atomic
def choose_mails(member: Member, mails: str, *, by: User, now: datetime) -> None:
    """Set what the member is mailed about from now on."""
    Member.objects.filter(pk=member.pk).update(mails=mails)
    _record(member, "member.mails_set", by, now, mails=mails)


def _record(member: Member, verb: str, by: User, now: datetime, **facts: str) -> None:
    record(
        member.tenant,
        verb,
        facts={"user": member.user_id, "by": by.pk, **facts},
        personal={"email": member.user.email},
        now=now,
    )
