"""The same message twice, as a broker that lost its acknowledgement would deliver it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

DRAIN = "integrations.deliveries.tasks.drain"
SWEEP = "integrations.deliveries.tasks.sweep"
REFRESH = "integrations.connections.tasks.refresh"
EXAMINE = "integrations.connections.tasks.examine"


def ask_for_token(grant: str) -> None:
    """As the sweep would once the first order waits."""
    current_app.send_task(REFRESH, args=[grant], retry=False)


def ring_twice(task: str, grant: str, connection: int) -> bool:
    """Whether both copies of the message, with one id, got to the broker."""
    messages: dict[str, tuple[str, list[Any]]] = {
        "drain": (DRAIN, []),
        "sweep": (SWEEP, []),
        "refresh": (REFRESH, [grant]),
        "examine": (EXAMINE, [connection]),
    }
    name, arguments = messages[task]
    message = str(uuid4())
    try:
        for _ in range(2):
            current_app.send_task(name, args=arguments, task_id=message, retry=False)
    except (OperationalError, RedisError, OSError):
        return False
    return True
