"""Whom of a tenant's members a mail goes to, and the words why."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.connections.services import addresses
from integrations.tenants.models import Member, Tenant, User


def of_incidents(tenant: Tenant) -> list[str]:
    """Members who chose to hear of each incident; owners who chose nothing."""
    by_role = Q(mails="", role=Member.Role.OWNER)
    return _addresses(tenant, Q(mails=Member.Mails.INCIDENTS) | by_role)


def of_summaries(tenant: Tenant) -> list[str]:
    return _addresses(tenant, Q(mails=Member.Mails.SUMMARIES))


def owners(tenant: Tenant) -> list[str]:
    """Whatever they chose: for what only an owner may decide."""
    return _addresses(tenant, Q(role=Member.Role.OWNER))


def staff() -> list[str]:
    people = User.objects.filter(is_staff=True, is_active=True)
    return list(people.order_by("pk").values_list("email", flat=True))


def reason(tenant: Tenant) -> dict[str, str]:
    """Why somebody gets the mail, and where that is changed."""
    return {
        "reason": _("You get this because you are a member of %(tenant)s at %(vendor)s.")
        % {"tenant": tenant, "vendor": settings.VENDOR_NAME},
        "choice_text": _("Change who is told"),
        "choice_url": addresses.absolute(reverse("workspace:members", args=[tenant.slug])),
    }


def _addresses(tenant: Tenant, condition: Q) -> list[str]:
    members = Member.objects.filter(condition, tenant=tenant, user__is_active=True)
    return list(members.order_by("pk").values_list("user__email", flat=True))
