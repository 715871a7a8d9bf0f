"""Many companies of one tenant, to be connected one after another."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.connections.models.applications import Integration
from integrations.connections.models.connections import Connection
from integrations.connections.models.consents import Invitation
from integrations.tenants.models import Tenant


class ListedCompany(models.Model):
    """A row of the list a tenant works through for one integration, in the order it was given.

    What the row holds is what a person wrote. Kind ``service``: ``due_at`` is when its tenant id
    is looked at next. Else somebody signs in at Visma for it, over the row's own invitation.
    """

    class Fault(models.TextChoices):
        """Why nothing can be done with the row as it stands."""

        NO_ID = "no_id"
        NOT_AN_ID = "not_an_id"
        NOT_AN_ADDRESS = "not_an_address"
        TWICE = "twice"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="listed_companies")
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="listed_companies")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255, blank=True)
    number = models.CharField(max_length=60, blank=True)
    email = models.CharField(max_length=254, blank=True)
    # As it was written, and as it was understood.
    given_id = models.CharField(max_length=80, blank=True)
    visma_tenant_id = models.UUIDField(null=True, blank=True)
    fault = models.CharField(max_length=20, choices=Fault, blank=True)
    # The row that has the same company already.
    same_as = models.PositiveIntegerField(null=True, blank=True)
    invitation = models.OneToOneField(
        Invitation, models.SET_NULL, null=True, blank=True, related_name="listed_company"
    )
    connection = models.ForeignKey(
        Connection, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # What the last look found, by its code.
    finding = models.CharField(max_length=40, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "listed companies"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "integration", "position"], name="a_list_keeps_its_order"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="listed_companies_to_look_at",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.given_id or self.number or self.email
