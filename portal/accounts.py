"""Who may have a log-in: only people whom staff or a tenant invited."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedForSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs up alone; a stranger's log-in would belong to no tenant."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
