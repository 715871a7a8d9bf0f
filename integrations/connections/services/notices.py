"""Mails about connections. Sent after the commit; one that can't be sent stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from integrations.connections.models import Connection, Incident, Invitation
from integrations.connections.services import addresses
from integrations.connections.services.findings import explain
from integrations.tenants.models import Member, Tenant, User

logger = logging.getLogger(__name__)


def send_link(invitation: Invitation, link: str) -> None:
    """Mail the link to the address it was made for. It is in no other place of ours."""
    tenant, until = invitation.tenant.name, invitation.expires_at
    with translation.override(invitation.language):
        _send(
            {
                "heading": _("%(vendor)s asks to put your orders into Visma.net")
                % {"vendor": settings.VENDOR_NAME},
                "intro": _(
                    "%(integration)s of %(tenant)s. Open the link, sign in at Visma and allow it; "
                    "it takes about two minutes. The link works until %(until)s."
                )
                % {
                    "integration": invitation.integration.name,
                    "tenant": tenant,
                    "until": date_format(localtime(until), "DATETIME_FORMAT"),
                },
                "press_text": _("Open the link"),
                "press_url": link,
            },
            [invitation.email],
        )


def tell_members_new_company(connection: Connection) -> None:
    """A company is new to the tenant: it was connected, and may wait for a yes."""
    tenant = connection.company.tenant
    with translation.override(tenant.language):
        waits = connection.confirmed_at is None
        _send(
            {
                "heading": _("%(company)s was connected to %(tenant)s")
                % {"company": connection.company, "tenant": tenant},
                "intro": _("It is new, so no order goes out before you say yes.")
                if waits
                else _("It is the company that was expected, so orders may go there."),
                "how": _("If you know nothing of this, press “Disconnect” on that page."),
                "press_text": _("Look at it"),
                "press_url": addresses.connection_page(connection),
            },
            _owners(tenant),
        )


def tell_members_broken(connection: Connection) -> None:
    """A connection that worked needs somebody."""
    tenant = connection.company.tenant
    with translation.override(tenant.language):
        told = explain(connection.problem, tenant=tenant.name, company=str(connection.company))
        _send(
            {
                "heading": told.heading,
                "intro": _("Orders for %(company)s wait; none is lost.")
                % {"company": connection.company},
                "what": told.what,
                "who": told.who,
                "how": told.how,
                "press_text": _("Mend it"),
                "press_url": addresses.connection_page(connection),
                "next": _("We write once, not again while it stays so."),
            },
            _owners(tenant),
        )


def tell_members_cut_off(tenant: Tenant, connections: list[Connection]) -> None:
    """A sign-in elsewhere ended the access these connections stood on: one mail for all."""
    first = connections[0]
    names = ", ".join(str(each.company) for each in connections)
    with translation.override(tenant.language):
        told = explain(first.problem, tenant=tenant.name, company=names)
        _send(
            {
                "heading": told.heading,
                "what": told.what,
                "who": told.who,
                "how": told.how,
                "press_text": _("Mend it"),
                "press_url": addresses.connection_page(first),
                "next": _("We write once, not again while it stays so."),
            },
            _owners(tenant),
        )


def tell_staff(incident: Incident) -> None:
    heading = f"{incident.kind}: {incident.subject}"
    _send({"heading": heading, "intro": incident.detail or heading}, _staff())


def remind_staff(heading: str, how: str, url: str) -> None:
    """Something ends soon, or works in another's place; nothing is broken yet."""
    _send(
        {"heading": heading, "how": how, "press_text": _("Look at it"), "press_url": url}, _staff()
    )


def _staff() -> list[str]:
    staff = User.objects.filter(is_staff=True, is_active=True)
    return list(staff.values_list("email", flat=True))


def _owners(tenant: Tenant) -> list[str]:
    owners = Member.objects.filter(tenant=tenant, role=Member.Role.OWNER, user__is_active=True)
    return list(owners.values_list("user__email", flat=True))


def _send(content: dict[str, Any], to: Iterable[str]) -> None:
    """Write the mail in the language of now, and send it after the commit."""
    text = render_to_string("mail/base.txt", content)
    html = render_to_string("mail/base.html", content)
    subject = " ".join(str(content["heading"]).split())
    for address in filter(None, to):
        message = EmailMultiAlternatives(subject, text, to=[address])
        message.attach_alternative(html, "text/html")
        transaction.on_commit(partial(_deliver, message), robust=True)


def _deliver(message: EmailMultiAlternatives) -> None:
    try:
        message.send()
    except OSError:
        logger.warning("A mail could not be sent: %s", message.subject)
