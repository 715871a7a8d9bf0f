"""Make a key for ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integrations.keyring import ring


class Command(BaseCommand):
    help = "Print a new key for ENCRYPTION_KEYS. Put it first and keep the others after it."
    requires_system_checks: list[str] = []  # It mends the check that would stop it.

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(ring.new_key())
