"""Is the process up, and can it serve? For load balancers and monitors; strangers may ask.

The database and its migrations decide whether we are ready. The broker and a backlog are told,
but turn nobody away: without a broker orders are still taken in and none is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integrations.deliveries.services import breakers, measuring, outbox
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.holding import TOKEN_RESERVE

logger = logging.getLogger(__name__)
MOST_LANES = 50
# A push worker sees a due lane within seconds; a lane unserved this long has none.
LONGEST_UNSERVED = timedelta(minutes=2)
BROKER_TIMEOUT = 2


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so that a database's fault restarts nobody."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """``{"database": "ok", …}``: each part ok or not ok, and 503 unless we can serve."""
    needed = {"database": _database_answers, "migrations": _is_migrated}
    told = {"broker": _broker_answers, "orders": _orders_are_served}
    parts = {name: _works(name, check) for name, check in {**needed, **told}.items()}
    ready = all(parts[name] for name in needed)
    return JsonResponse(
        {name: "ok" if works else "not ok" for name, works in parts.items()},
        status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def oldest_unserved(*, now: datetime) -> datetime | None:
    """Since when the longest waiting order is due that could go out and that nobody serves."""
    due = outbox.lanes_due(
        now=now,
        token_until=now + TOKEN_RESERVE,
        limit=MOST_LANES,
        shut=breakers.shut_routes(),
    )
    since = measuring.oldest_due_of(due) if due else None
    return since if since is not None and since <= now else None


def unserved_too_long(*, now: datetime) -> datetime | None:
    """As ``oldest_unserved``, but only from when on it is no more the usual second."""
    since = oldest_unserved(now=now)
    return since if since is not None and now - since > LONGEST_UNSERVED else None


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:
        # Whatever a driver raises is the answer "not ok"; the kind is for our own log.
        logger.warning("%s is not ok: %s", name, type(error).__name__)
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _is_migrated() -> bool:
    return _newest_migrations() <= set(MigrationRecorder(connection).applied_migrations())


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as this process was started with them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _broker_answers() -> bool:
    with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT)
        return True


def _orders_are_served() -> bool:
    return unserved_too_long(now=database_now()) is None
