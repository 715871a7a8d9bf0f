"""What people and security did: one hash chain per tenant."""

from __future__ import annotations

from django.db import models

from integrations.tenants.models import Tenant


class AuditChain(models.Model):
    """The head of a tenant's chain, moved forward conditionally by whoever appends."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="chain")
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"chain of {self.tenant}"


class AuditEvent(models.Model):
    """One thing somebody did. Never edited; its digest covers the one before it.

    ``facts`` is chained as it stands. ``personal`` holds names and addresses: only its salted
    digest is chained, so that it can be erased and the rest still verifies.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="audit_events")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    personal = models.JSONField(default=dict)
    salt = models.CharField(max_length=32)
    personal_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["tenant", "number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_event_per_chain_link")
        ]

    def __str__(self) -> str:
        return f"{self.verb} ({self.number})"
