"""The naive design's Celery application, with Celery's own defaults."""

from __future__ import annotations

import os

from celery import Celery

from portal.environment import redis_addresses

# Not the current one: whoever imports this still rings the portal's own bells.
app = Celery(
    "naive",
    broker=redis_addresses(os.environ["REDIS_URL"])[0],
    include=["benchmarks.naive"],
    set_as_current=False,
)
app.conf.task_ignore_result = True
app.conf.broker_connection_retry_on_startup = True
