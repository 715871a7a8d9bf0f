"""The outbox: deliveries in their lanes, with every attempt and look."""

from integrations.deliveries.models.attempts import Attempt, Look
from integrations.deliveries.models.deliveries import Delivery
from integrations.deliveries.models.lanes import Lane

__all__ = ["Attempt", "Delivery", "Lane", "Look"]
