"""How orders come in: API keys and files."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Connection
from integrations.tenants.models import Tenant


class ApiKey(models.Model):
    """What a tenant's system presents to the portal. Only its digest is kept."""

    PREFIX = "vp_live"

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    # The last four characters, so that a person can tell keys apart.
    ending = models.CharField(max_length=4)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} (…{self.ending})"


class Upload(models.Model):
    """A file of orders for one connection: read, shown to a person, then accepted or dropped.

    The good orders wait as rows of their own until the person decides; refusals stay readable.
    """

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READ = "read", _("Waiting for your choice")
        ACCEPTING = "accepting", _("Orders are being taken in")
        ACCEPTED = "accepted", _("Taken in")
        DROPPED = "dropped", _("Dropped")
        UNREADABLE = "unreadable", _("Could not be read")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    mapping = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    fault = models.CharField(max_length=400, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    order_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    accepted_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.name


class UploadedOrder(models.Model):
    """One good order of a file, waiting to be accepted."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="orders")
    first_row = models.PositiveIntegerField()
    reference = models.CharField(max_length=40)
    content = models.JSONField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reference


class Refusal(models.Model):
    """Why an order of a file was not taken: row, column, value, reason."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="refusals")
    row = models.PositiveIntegerField()
    reference = models.CharField(max_length=80, blank=True)
    column = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"row {self.row}: {self.code}"
