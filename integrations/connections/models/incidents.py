"""What staff must know about: one row per thing that is wrong, not per failure."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.connections.models.applications import Application
from integrations.connections.models.connections import Connection


class Incident(models.Model):
    """Open until it is cleared; the same kind about the same thing opens once."""

    kind = models.CharField(max_length=40)
    application = models.ForeignKey(Application, models.CASCADE, null=True, blank=True)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, blank=True)
    subject = models.CharField(max_length=120, blank=True)
    detail = models.CharField(max_length=400, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(cleared_at__isnull=True),
                name="an_incident_is_opened_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
