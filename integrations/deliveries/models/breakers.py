"""An outage of one of Visma's hosts, as all push workers share it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.deliveries.models.lanes import LONG_AGO


class Breaker(models.Model):
    """Open from the first failures until orders pass again; then kept, to spare what it caught.

    While it is open no lane of the host claims or looks. Whoever takes the probe holds the breaker
    until ``leased_until`` under its ``epoch``: it asks one thing, and once that is answered it
    alone lets orders out, slowly at first.
    """

    origin = models.CharField(max_length=255)
    cause = models.CharField(max_length=200, blank=True)
    failing_since = models.DateTimeField()
    opened_at = models.DateTimeField()
    probes = models.PositiveIntegerField(default=0)  # that failed since
    probe_at = models.DateTimeField()
    epoch = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(default=LONG_AGO)
    # The host answered a probe: its holder tries orders.
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["origin", "failing_since"], name="breakers_by_host")]
        constraints = [
            models.UniqueConstraint(
                fields=["origin"],
                condition=Q(closed_at__isnull=True),
                name="one_open_breaker_per_host",
            )
        ]

    def __str__(self) -> str:
        return f"breaker of {self.origin}"
