"""Whether members may sign in with Visma, over which application, and where Visma sends them."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from integrations.connections.models import Application
from integrations.connections.models.applications import Kind
from integrations.connections.services.addresses import absolute
from integrations.tenants.models import User

SCOPES = ["openid", "email", "profile"]


def application() -> Application | None:
    """The application that serves the sign-in; None while it is switched off."""
    slug = settings.VISMA_SIGN_IN_APPLICATION
    if not slug:
        return None
    return Application.objects.filter(slug=slug, kind=Kind.CONNECT, uses_openid=True).first()


def addresses_of(one: Application) -> list[str]:
    """What to register for an application at Visma, so that members can sign in over it: where they
    come back to, and where Visma says that they left. Empty for any other application."""
    serves = bool(settings.VISMA_SIGN_IN_APPLICATION) and one == application()
    return [redirect_uri(), logout_uri()] if serves else []


def may_use(user: User) -> bool:
    """Staff reach every tenant, so it takes a setting of its own for them."""
    return user.is_active and (settings.VISMA_SIGN_IN_STAFF or not user.is_staff)


def redirect_uri() -> str:
    """What to register in Visma's Developer Portal, letter for letter."""
    return absolute(reverse("signin:callback"))


def logout_uri() -> str:
    """Back-channel logout URI to register there."""
    return absolute(reverse("signin:visma-logout"))
