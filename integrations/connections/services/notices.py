"""Mails about connections. Written with what they tell of, sent after the commit."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from integrations.connections.models import Connection, Incident, Invitation
from integrations.connections.services import addresses, outages, outbox, recipients
from integrations.connections.services.findings import Finding, explain
from integrations.connections.services.incident_words import incident_words
from integrations.connections.services.moments import moment
from integrations.tenants.models import Tenant


def send_link(invitation: Invitation, link: str) -> None:
    """Mail the link to the address it was made for. It is in no other place of ours."""
    with translation.override(invitation.language):
        intro = _(
            "%(integration)s of %(tenant)s. Open the link, sign in at Visma and allow it; "
            "it takes about two minutes. The link works until %(until)s."
        )
        _write_link(invitation, invitation.email, link, intro)


def send_passed_on(invitation: Invitation, email: str, link: str) -> None:
    """Mail a link that the receiver of an invitation passed on."""
    with translation.override(translation.get_language() or invitation.language):
        intro = _(
            "%(integration)s of %(tenant)s. Whoever got the first link asks you to sign in at "
            "Visma in their place; it takes about two minutes. The link works until %(until)s."
        )
        _write_link(invitation, email, link, intro)


def tell_inviter_shut(invitation: Invitation) -> None:
    """A wrong code was given too often: the link is shut."""
    inviter = invitation.created_by
    tenant = invitation.tenant
    with translation.override(tenant.language):
        told = explain("link_shut", tenant=tenant.name)
        outbox.write(
            [inviter.email] if inviter is not None and inviter.is_active else recipients.staff(),
            {
                "heading": _("A link for %(tenant)s is shut") % {"tenant": tenant},
                "intro": _("It was made for %(email)s.") % {"email": invitation.email}
                if invitation.email
                else "",
                "what": told.what,
                "how": _("Ask who tried it. Then make a new link with a new code."),
                "press_text": _("Look at it"),
                "press_url": addresses.invitation_page(invitation),
            },
            tenant=tenant,
        )


def tell_members_new_company(connection: Connection) -> None:
    """A company is new to the tenant: it was connected, and may wait for a yes.

    Owners hear of it whatever they chose: only they can tell whether it is theirs.
    """
    tenant = connection.company.tenant
    with translation.override(tenant.language):
        waits = connection.confirmed_at is None
        outbox.write(
            recipients.owners(tenant),
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
            tenant=tenant,
        )


def tell_members_broken(connection: Connection, *, now: datetime) -> None:
    """A connection that worked needs somebody. One mail, until it works again."""
    outages.begin(connection, now=now)


def tell_members_mended(connection: Connection, *, now: datetime) -> None:
    """It works. Says so to those who were told that it did not; nothing if nobody was."""
    outages.end(connection, now=now)


def tell_members_cut_off(tenant: Tenant, connections: list[Connection]) -> None:
    """A sign-in elsewhere ended the access these connections stood on: one mail for all."""
    first = connections[0]
    names = ", ".join(str(each.company) for each in connections)
    with translation.override(tenant.language):
        told = explain(first.problem, tenant=tenant.name, company=names)
        outbox.write(
            recipients.of_incidents(tenant),
            {
                "heading": told.heading,
                "what": told.what,
                "who": told.who,
                "how": told.how,
                "press_text": _("Mend it"),
                "press_url": addresses.connection_page(first),
                "next": _("We write once, not again while it stays so."),
                **recipients.reason(tenant),
            },
            tenant=tenant,
        )


def tell_staff(incident: Incident) -> None:
    """Something only staff can mend has opened."""
    with translation.override(settings.LANGUAGE_CODE):
        words = incident_words(incident.kind)
        outbox.write(
            recipients.staff(),
            {
                "heading": words.heading,
                "intro": _about(incident),
                "how": words.how,
                "press_text": _("Look at it"),
                "press_url": addresses.absolute(reverse("console:incidents")),
                "next": _("We write once, not again while it stays so."),
            },
        )


def remind_staff(heading: str, how: str, url: str) -> None:
    """Something ends soon, or works in another's place; nothing is broken yet."""
    outbox.write(
        recipients.staff(),
        {"heading": heading, "how": how, "press_text": _("Look at it"), "press_url": url},
    )


def _about(incident: Incident) -> str:
    """What it is about, and what Visma said, where there is more than the subject's name."""
    subject = "" if incident.kind == Finding.ERROR_PAGE else incident.subject
    return " · ".join(filter(None, [subject, incident.detail]))


def _write_link(invitation: Invitation, email: str, link: str, intro: str) -> None:
    tenant = invitation.tenant
    names = {
        "integration": invitation.integration.name,
        "tenant": tenant.name,
        "until": moment(invitation.expires_at),
    }
    outbox.write(
        [email],
        {
            "heading": _("%(vendor)s asks to put your orders into Visma.net")
            % {"vendor": settings.VENDOR_NAME},
            "intro": intro % names,
            "press_text": _("Open the link"),
            "press_url": link,
            "next": _("The link asks for a code. You are told it by another way, such as by phone.")
            if invitation.code_digest
            else "",
            "reason": _("You get this because your address was entered there."),
        },
        tenant=tenant,
    )
