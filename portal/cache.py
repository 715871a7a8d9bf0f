"""The cache as a convenience: while its server is away every look is a miss.

Nothing is kept only here, so a page or a bell must not fail with it. What leans on it meanwhile:
the limits on log-in tries count nothing, and no bell rings.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

T = TypeVar("T")

NOT_ASKED_FOR = 1.0  # seconds; a page that had to wait for each look in turn would be slow


class ForgivingCache(RedisCache):
    """Django's Redis cache; without its server ``get`` misses and ``add`` succeeds."""

    # For the whole process: every thread has a cache of its own.
    _away_until: ClassVar[float] = 0.0

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._unless_away(lambda: super(ForgivingCache, self).add(*args, **kwargs), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._unless_away(
            lambda: super(ForgivingCache, self).get(key, default, version), default
        )

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._unless_away(lambda: super(ForgivingCache, self).set(*args, **kwargs), None)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._unless_away(lambda: super(ForgivingCache, self).delete(*args, **kwargs), False)

    def _unless_away(self, action: Callable[[], T], instead: T) -> T:
        if time.monotonic() < ForgivingCache._away_until:
            return instead
        try:
            return action()
        except (RedisError, OSError) as error:
            logger.warning("The cache can't be asked: %s", type(error).__name__)
            ForgivingCache._away_until = time.monotonic() + NOT_ASKED_FOR
            return instead
