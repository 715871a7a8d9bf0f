"""Mails about connections. Sent after the commit; one that can't be sent stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from integrations.connections.models import Connection, Incident, Invitation
from integrations.connections.services import addresses
from integrations.connections.services.findings import explain
from integrations.tenants.models import Member, Tenant, User

logger = logging.getLogger(__name__)


def send_link(invitation: Invitation, link: str) -> None:
    """Mail the link to the address it was made for. It is in no other place of ours."""
    with translation.override(invitation.language):
        subject = _("%(vendor)s asks to put your orders into Visma.net") % {
            "vendor": settings.VENDOR_NAME
        }
        text = render_to_string(
            "connections/mail/invitation.txt",
            {"invitation": invitation, "link": link, "vendor": settings.VENDOR_NAME},
        )
    _send(subject, text, [invitation.email])


def tell_members_new_company(connection: Connection) -> None:
    """A company is new to the tenant: it was connected, and may wait for a yes."""
    tenant = connection.company.tenant
    with translation.override(tenant.language):
        subject = _("%(company)s was connected to %(tenant)s") % {
            "company": connection.company,
            "tenant": tenant,
        }
        text = render_to_string(
            "connections/mail/new_company.txt",
            {
                "connection": connection,
                "page": addresses.connection_page(connection),
                "support": settings.SUPPORT_EMAIL,
            },
        )
    _send(subject, text, _owners(tenant))


def tell_members_broken(connection: Connection) -> None:
    """A connection that worked needs somebody."""
    tenant = connection.company.tenant
    with translation.override(tenant.language):
        explanation = explain(
            connection.problem, tenant=tenant.name, company=str(connection.company)
        )
        text = render_to_string(
            "connections/mail/broken.txt",
            {
                "connection": connection,
                "explanation": explanation,
                "page": addresses.connection_page(connection),
                "support": settings.SUPPORT_EMAIL,
            },
        )
    _send(explanation.heading, text, _owners(tenant))


def tell_staff(incident: Incident) -> None:
    text = render_to_string("connections/mail/incident.txt", {"incident": incident})
    staff = User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True)
    _send(f"{incident.kind}: {incident.subject}", text, staff)


def _owners(tenant: Tenant) -> list[str]:
    owners = Member.objects.filter(tenant=tenant, role=Member.Role.OWNER, user__is_active=True)
    return list(owners.values_list("user__email", flat=True))


def _send(subject: str, text: str, to: Iterable[str]) -> None:
    recipients = [address for address in to if address]
    one_line = " ".join(subject.split())
    if recipients:
        transaction.on_commit(partial(_deliver, one_line, text, recipients), robust=True)


def _deliver(subject: str, text: str, recipients: list[str]) -> None:
    for address in recipients:
        try:
            send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
        except OSError:
            logger.warning("A mail could not be sent: %s", subject)
