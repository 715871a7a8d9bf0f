"""Addresses we give away. They come from PUBLIC_URL, never from a request's Host."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from integrations.connections.models import Application, Connection, Invitation
from integrations.connections.models.applications import Kind

# One redirect path per kind, so that an answer can't be taken for another server's.
CALLBACKS = {
    Kind.CONNECT: "connections:callback-connect",
    Kind.VNI: "connections:callback-vni",
}


def redirect_uri(kind: str) -> str:
    """What to register in Visma's Developer Portal for an application of this kind.

    Kind ``service`` has none: nobody is sent back from the App Store.
    """
    callback = CALLBACKS.get(Kind(kind))
    return absolute(reverse(callback)) if callback else ""


def invitation_link(token: str) -> str:
    return absolute(reverse("connections:open-invitation", args=[token]))


def invitation_page(invitation: Invitation) -> str:
    """Where members and staff see how far an invitation has come."""
    return absolute(reverse("connections:invitation", args=[invitation.tenant.slug, invitation.pk]))


def connection_page(connection: Connection) -> str:
    """Where members and staff look at a connection, and say yes to a company.

    The page spans nouns, so it is the workspace's; mails only need its address.
    """
    slug = connection.company.tenant.slug
    return absolute(reverse("workspace:connection", args=[slug, connection.pk]))


def application_page(application: Application) -> str:
    """Where staff look at an application; the console's, for mails."""
    return absolute(reverse("console:application", args=[application.slug]))


def absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
