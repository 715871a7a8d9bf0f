"""What people and security did: one hash chain per tenant."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from integrations.tenants.models import Tenant

# What is written about consents begins so; an index holds no more than that.
LEDGER = "consent."


class Happened(StrEnum):
    """The verbs of the consent ledger: the turns of one consent's life."""

    GRANTED = "consent.granted"
    RENEWED = "consent.renewed"
    LESSENED = "consent.lessened"
    WIDENED = "consent.widened"
    WITHDRAWN = "consent.withdrawn"
    ENDED = "consent.ended"
    SUPERSEDED = "consent.superseded"


class AuditChain(models.Model):
    """The head of a tenant's chain, moved forward conditionally by whoever appends."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="chain")
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="")
    # The last walk through all of it, and the first event that didn't fit; none is a whole chain.
    verified_at = models.DateTimeField(null=True, blank=True)
    broken_at = models.PositiveBigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"chain of {self.tenant}"


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def of_ledger(self) -> AuditEventQuerySet:
        """The consent ledger's part of the chain."""
        return self.filter(verb__startswith=LEDGER, verb__in=list(Happened))


class AuditEvent(models.Model):
    """One thing somebody did. Never edited; its digest covers the one before it.

    ``facts`` is chained as it stands. ``personal`` holds names and addresses: of each only a salted
    digest is chained, so that one can be erased, its salt with it, and the rest still verifies.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="audit_events")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    personal = models.JSONField(default=dict)
    # Of each personal field by its name: digest, and salt until it is erased.
    seals = models.JSONField(default=dict)
    # Of events from before each field had a salt of its own: one for all of them.
    salt = models.CharField(max_length=32, blank=True)
    personal_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["tenant", "number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_event_per_chain_link")
        ]
        indexes = [
            # The ledger is a small part of a chain that also tells of every batch of orders.
            models.Index(
                fields=["tenant", "-number"],
                condition=Q(verb__startswith=LEDGER),
                name="ledger_of_a_tenant",
            ),
            models.Index(
                fields=["-id"], condition=Q(verb__startswith=LEDGER), name="ledger_of_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} ({self.number})"
