"""Puts the wall clock of one Python process ahead or behind by CHAOS_CLOCK_AHEAD seconds.

Python runs this file at its start where its folder is on PYTHONPATH. What reads the clock in C
(PostgreSQL, libcurl, TLS) still sees the true time; celery, kombu, Django and our code don't.
"""

from __future__ import annotations

import ctypes
import datetime
import gc
import os
import time
from collections.abc import Callable
from typing import Any

AHEAD = float(os.environ.get("CHAOS_CLOCK_AHEAD", "0"))


def _shift_time() -> None:
    true_time, true_ns = time.time, time.time_ns
    time.time = lambda: true_time() + AHEAD
    time.time_ns = lambda: true_ns() + int(AHEAD * 1e9)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _told_when(getattr(time, name)))


def _told_when(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *seconds: function(*(seconds or (time.time(),)))


def _shift_dates() -> None:
    """``datetime`` is made in C and takes no new attributes, so its own table is changed."""
    # The table a class's attributes are in; ``__dict__`` is only a view of it.
    table = gc.get_referents(datetime.datetime.__dict__)[0]
    true_now, delta = datetime.datetime.__dict__["now"], datetime.timedelta(seconds=AHEAD)

    def now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> Any:
        return true_now.__get__(None, cls)(tz) + delta

    def utcnow(cls: type[datetime.datetime]) -> Any:
        return now(cls, datetime.UTC).replace(tzinfo=None)

    table["now"], table["utcnow"] = classmethod(now), classmethod(utcnow)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))


if AHEAD:
    _shift_time()
    _shift_dates()
