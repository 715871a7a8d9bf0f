"""Tokens in our custody: what others may call.

``access_of`` gives a connection's usable token, ``mark_stale`` takes a 401 into account, and
``refresh`` fetches a new one. Raised: NoAccess.
"""

from __future__ import annotations

from integrations.connections.services.access import (
    Access,
    NoAccess,
    access_of,
    last_refused,
    mark_stale,
)
from integrations.connections.services.refreshing import refresh

__all__ = ["Access", "NoAccess", "access_of", "last_refused", "mark_stale", "refresh"]
