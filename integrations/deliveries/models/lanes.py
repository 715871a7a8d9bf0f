"""One connection's queue."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

from integrations.connections.models import Connection

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Lane(models.Model):
    """The unit of order, fairness and lease.

    A drain holds a lane while ``leased_until`` is ahead and the ``epoch`` is the one it was
    given. Whoever leases it next raises the epoch, so that a holder from before can write nothing.
    """

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="lane")
    # The company's `visma_key`, repeated here for the statements that lease.
    company_key = models.CharField(max_length=60)
    epoch = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(default=LONG_AGO)
    served_at = models.DateTimeField(default=LONG_AGO)
    # Set when an answer says that the lane, not the order, is at fault: no claims until the
    # doctor has looked and found it well.
    shut_at = models.DateTimeField(null=True, blank=True)
    shut_because = models.CharField(max_length=200, blank=True)
    # After setbacks the lane rests; the next good answer forgets them.
    rests_until = models.DateTimeField(null=True, blank=True)
    setbacks = models.PositiveSmallIntegerField(default=0)
    # How many of its orders may be under way at once, as it last went.
    slots = models.PositiveSmallIntegerField(default=2)
    # When its company's orders were last listed whole; they may be only every few seconds.
    listed_at = models.DateTimeField(null=True, blank=True)
    # Visma's clock less ours, from the last answer's Date.
    clock_offset = models.DurationField(null=True, blank=True)
    # Shadow mode: orders are built and looked up, nothing is sent. It ends with a last look at
    # all that wait (`deliveries.services.shadow`).
    shadow_since = models.DateTimeField(null=True, blank=True)
    shadow_ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["served_at", "id"], name="lanes_by_when_served")]

    def __str__(self) -> str:
        return f"lane of {self.connection}"

    @property
    def is_paused(self) -> bool:
        """Whether a pause from above stands, for lanes that ``pauses.marked`` found."""
        return bool(getattr(self, "paused_above", False))
