"""The outbox: deliveries in their lanes, with every attempt and look."""

from integrations.deliveries.models.attempts import Attempt, Look
from integrations.deliveries.models.breakers import Breaker
from integrations.deliveries.models.bulk_acts import BulkAct
from integrations.deliveries.models.deliveries import Delivery
from integrations.deliveries.models.lanes import Lane
from integrations.deliveries.models.own_numbers import OwnNumber
from integrations.deliveries.models.pauses import Pause
from integrations.deliveries.models.tallies import Heartbeat, Tally

__all__ = [
    "Attempt",
    "Breaker",
    "BulkAct",
    "Delivery",
    "Heartbeat",
    "Lane",
    "Look",
    "OwnNumber",
    "Pause",
    "Tally",
]
