"""Whether a page offers to sign in with Visma."""

from __future__ import annotations

from django import template

from integrations.signin.services import configuration

register = template.Library()


@register.simple_tag
def visma_sign_in_offered() -> bool:
    return configuration.application() is not None


@register.filter
def signs_in_with_visma(user: object) -> bool:
    """Whether a Visma user opens the log-in."""
    return hasattr(user, "visma_user")
