"""Bring every secret to the newest key of the ring."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.connections.services import resealing


class Command(BaseCommand):
    help = "Re-encrypt what older keys sealed with the newest one, while everything runs."

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for column in resealing.COLUMNS:
            count = resealing.Count()
            for count in resealing.reseal(column):
                self.stdout.write(f"{column}: {count.resealed} sealed anew")
            unreadable += count.unreadable
            left = resealing.left_behind(column)
            self.stdout.write(f"{column}: {left} left on an older key")
        if unreadable:
            raise CommandError(
                f"{unreadable} values don't open with any key of the ring: put the key back that "
                "sealed them, or connect those companies again."
            )
        self.stdout.write("Done. Older keys may leave ENCRYPTION_KEYS once nothing is left.")
