"""What runs beside the pages."""

from __future__ import annotations

from celery import shared_task

from integrations.connections.services.clock import database_now
from integrations.signin.services import endings


@shared_task
def forget_old() -> None:
    """Take away sign-ins, sessions and logout notices that nobody can come back to."""
    endings.forget_old(now=database_now())
