"""Sales orders as they were submitted."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Q

from integrations.connections.models import Connection
from integrations.tenants.models import Tenant

REFERENCE_LENGTH = 40


def content_digest(content: dict[str, Any]) -> str:
    """Tells whether two submissions say the same: SHA-256 over canonical JSON."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class SalesOrderQuerySet(models.QuerySet["SalesOrder"]):
    def for_tenant(self, tenant: Tenant) -> SalesOrderQuerySet:
        return self.filter(connection__company__tenant=tenant)


class SalesOrder(models.Model):
    """What was submitted, unchanged, under the tenant's own reference.

    ``content`` is the order in the portal's words (``orders.services.content``). The columns
    beside it repeat a part of it for lists; the content is the truth.
    """

    class Source(models.TextChoices):
        API = "api", "API"
        FILE = "file", "file"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="orders")
    reference = models.CharField(max_length=REFERENCE_LENGTH)
    content = models.JSONField()
    content_digest = models.CharField(max_length=64)
    buyer = models.CharField(max_length=60)
    ordered_on = models.DateField()
    # Before tax; empty where a line leaves its price to the ERP.
    total = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    line_count = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=Source)
    submitted_at = models.DateTimeField()

    objects = SalesOrderQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["connection", "-id"], name="orders_newest_first")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "reference"], name="a_reference_is_one_order_per_connection"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="an_order_has_a_reference"),
        ]

    def __str__(self) -> str:
        return self.reference
