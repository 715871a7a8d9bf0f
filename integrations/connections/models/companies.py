"""Companies in Visma.net ERP, as one tenant knows them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from integrations.tenants.models import Tenant


class Company(models.Model):
    """A company in Visma.net ERP: where orders land.

    ``visma_tenant_id`` is the company's own UUID at Visma Connect, not its contract's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="companies")
    visma_tenant_id = models.UUIDField(null=True, blank=True)
    # What the context endpoint calls `id`, where a deployment has one.
    context_id = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=255, blank=True)
    number = models.CharField(max_length=60, blank=True)
    name_verified = models.BooleanField(default=False)
    currency = models.CharField(max_length=5, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "companies"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "visma_tenant_id"],
                condition=Q(visma_tenant_id__isnull=False),
                name="a_tenant_knows_a_visma_company_once",
            ),
            models.CheckConstraint(
                condition=Q(visma_tenant_id__isnull=False) | ~Q(context_id=""),
                name="a_company_is_known_by_an_id_of_visma",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.visma_tenant_id or self.context_id)

    @property
    def visma_key(self) -> str:
        """What names the company at Visma, the same for every tenant that connects it."""
        return str(self.visma_tenant_id or f"context-{self.context_id}")
