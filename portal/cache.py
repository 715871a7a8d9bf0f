"""The cache as a convenience: while its server is away every look is a miss.

Nothing is kept only here, so a page or a bell must not fail with it. What leans on it meanwhile:
the limits on log-in tries count nothing, and bells may ring twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

T = TypeVar("T")


def _unless_away(action: Callable[[], T], instead: T) -> T:
    try:
        return action()
    except (RedisError, OSError) as error:
        logger.warning("The cache can't be asked: %s", type(error).__name__)
        return instead


class ForgivingCache(RedisCache):
    """Django's Redis cache; without its server ``get`` misses and ``add`` succeeds."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return _unless_away(lambda: super(ForgivingCache, self).add(*args, **kwargs), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _unless_away(lambda: super(ForgivingCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        _unless_away(lambda: super(ForgivingCache, self).set(*args, **kwargs), None)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return _unless_away(lambda: super(ForgivingCache, self).delete(*args, **kwargs), False)
