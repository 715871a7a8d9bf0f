"""The hot statements: one text each for PostgreSQL and SQLite, many rows at a time.

What keeps two holders of a lane apart is on the row: a claim raises the delivery's attempt number,
and every settlement names the attempt it is about. PostgreSQL looks again at a row it has waited
for, not at a joined one, so nothing here is fenced by the lane alone.

On SQLite a column of RETURNING takes no alias, and an aware datetime in a raw cursor would be
compared as text with a zone: hence full table names, and ``moment``.
"""

from integrations.deliveries.services.outbox.arrivals import Arrival, arrive
from integrations.deliveries.services.outbox.claims import (
    Due,
    Wanted,
    classes_due,
    due_of,
    open_attempts,
    take,
    unclaim,
)
from integrations.deliveries.services.outbox.keys import let_go, let_go_left_over
from integrations.deliveries.services.outbox.leases import (
    flip,
    lanes_due,
    lease,
    release,
    renew,
)
from integrations.deliveries.services.outbox.outcomes import (
    AttemptEnd,
    Settlement,
    end_attempts,
    settle,
)

__all__ = [
    "Arrival",
    "AttemptEnd",
    "Due",
    "Settlement",
    "Wanted",
    "arrive",
    "classes_due",
    "due_of",
    "end_attempts",
    "flip",
    "lanes_due",
    "lease",
    "let_go",
    "let_go_left_over",
    "open_attempts",
    "release",
    "renew",
    "settle",
    "take",
    "unclaim",
]
