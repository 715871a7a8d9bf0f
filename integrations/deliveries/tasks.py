"""Bells and the push worker. A message says "look"; it carries no truth."""

from __future__ import annotations

import logging
import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.core.cache import cache

from integrations.connections.tasks import examine, refresh
from integrations.deliveries.models import BulkAct
from integrations.deliveries.services import carrying_out, clock, sweeping
from integrations.deliveries.services import drain as draining
from integrations.deliveries.services.holding import options_from_settings

logger = logging.getLogger(__name__)

BELL, BELL_SECONDS = "deliveries:bell", 10
BELL_LIFE = timedelta(seconds=BELL_SECONDS)
EXAMINED_SECONDS = 30
# What a request may do of a bulk act itself, well under a second; and how long a worker goes on
# before it lets others come in between, within CELERY_TASK_TIME_LIMIT.
ACTED_AT_ONCE = 25  # orders
ACT_SECONDS = 300

_stop = threading.Event()


@worker_shutting_down.connect
def stop_claiming(**kwargs: Any) -> None:
    """The worker was asked to end: the drain claims nothing more and listens out."""
    _stop.set()


@shared_task(acks_late=False)
def drain(rung_at: str = "") -> None:
    """Push until nothing is due. Runs in the push worker, one at a time per process.

    A bell that rang long ago has been answered. Its age is told by the database's clock: celery's
    own ``expires`` compares the clocks of two machines, and one that is off would silence all.
    """
    cache.delete(BELL)
    if rung_at and clock.database_now() - datetime.fromisoformat(rung_at) > BELL_LIFE:
        return
    draining.drain(options_from_settings(), _stop)


@shared_task
def sweep() -> None:
    """Every few seconds: ring for what is due, whatever became of the bells."""
    wanted = sweeping.sweep(now=clock.database_now())
    for grant_id in wanted.grants:
        refresh.apply_async((str(grant_id),), retry=False)
    for connection_id in wanted.connections:
        if cache.add(f"deliveries:examine:{connection_id}", 1, timeout=EXAMINED_SECONDS):
            examine.delay(connection_id)
    for act_id in carrying_out.left_alone():
        if cache.add(f"deliveries:act:{act_id}", 1, timeout=EXAMINED_SECONDS):
            _ask(act_id)
    if wanted.drain:
        _ring()


@shared_task
def carry_out_act(act_id: str) -> None:
    """Cancel or send again what a bulk act found; the sweep goes on with one that was left."""
    act_now(uuid.UUID(act_id))


def act_now(act_id: uuid.UUID) -> None:
    """Carry out a bulk act here and now, ringing as orders become due."""
    until = clock.database_now() + timedelta(seconds=ACT_SECONDS)
    for _number in carrying_out.carry_out(act_id):
        ring()
        if clock.database_now() > until:
            break


def act_soon(act: BulkAct) -> None:
    """Carry out a few decisions at once, many beside the web server."""
    if act.found_count <= ACTED_AT_ONCE:
        act_now(act.pk)
    else:
        _ask(act.pk)


def _ask(act_id: uuid.UUID) -> None:
    try:
        carry_out_act.apply_async((str(act_id),), retry=False)
    except Exception as error:
        # Whatever broker and database say: the act is stored, the next sweep finds it.
        logger.warning("No worker could be asked: %s", type(error).__name__)


def ring() -> None:
    """Ask the push worker to look now. Never fails: the sweep makes up for a lost bell.

    Nobody waits for a broker that is away: its server is the cache's too, which adds and then
    finds nothing.
    """
    if cache.add(BELL, 1, timeout=BELL_SECONDS) and cache.get(BELL) is not None:
        _ring()


def _ring() -> None:
    try:
        drain.apply_async((clock.database_now().isoformat(),), retry=False)
    except Exception as error:
        # Whatever the broker's client raises: the rows are committed, the next sweep finds them.
        logger.warning("The bell could not be rung: %s", type(error).__name__)
