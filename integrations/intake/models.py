"""How orders come in: API keys and files."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
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


class UploadQuerySet(models.QuerySet["Upload"]):
    def for_tenant(self, tenant: Tenant) -> UploadQuerySet:
        return self.filter(connection__company__tenant=tenant)


class Upload(models.Model):
    """A file of orders for one connection: read, shown to a person, then taken in or dropped.

    The good orders wait as rows of their own until the person decides; refusals stay readable.
    ``row_count`` rows are ``good_row_count`` in good orders and ``refused_row_count`` in refused
    ones. Good orders are ``order_count`` new ones, ``accepted_count`` of them taken in so far, and
    ``known_count`` that were here already. While it is read, ``row_count`` says how far.
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
    size = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    mapping = models.CharField(max_length=40)
    # Of orders whose rows name none.
    priority = models.PositiveSmallIntegerField(
        choices=Delivery.Priority, default=Delivery.Priority.NORMAL
    )
    # Refusals are written while nobody looks, in the language of whoever sent the file.
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    fault = models.CharField(max_length=600, blank=True)
    notes = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    good_row_count = models.PositiveIntegerField(default=0)
    refused_row_count = models.PositiveIntegerField(default=0)
    order_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    accepted_count = models.PositiveIntegerField(default=0)
    # Whoever reads or takes in holds it until then; a worker that died holds it no longer.
    worked_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        indexes = [
            models.Index(fields=["connection", "digest"], name="uploads_by_digest"),
            models.Index(
                fields=["worked_until"],
                condition=models.Q(state__in=["reading", "accepting"]),
                name="uploads_under_way",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="unreadable") ^ models.Q(fault=""),
                name="unreadable_exactly_with_a_fault",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_count__lte=models.F("order_count")),
                name="no_more_taken_in_than_there_were",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def under_way(self) -> bool:
        return self.state in {self.State.READING, self.State.ACCEPTING}

    @property
    def good_count(self) -> int:
        return self.order_count + self.known_count

    @property
    def found_count(self) -> int:
        return self.good_count + self.refused_count

    @property
    def waiting_count(self) -> int:
        """Orders that were chosen or may be, and are not taken in."""
        return self.order_count - self.accepted_count


class UploadChunk(models.Model):
    """A piece of the file, on its way from the web server to whichever worker reads it."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "number"], name="chunks_are_numbered_per_upload"
            )
        ]

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.upload_id}"


class UploadedOrder(models.Model):
    """One good order of a file. Its content is kept while it waits, then the order has it."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        KNOWN = "known", _("Already here")
        TAKEN = "taken", _("Taken in")

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="orders", db_index=False)
    first_row = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField(default=1)
    reference = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    content = models.JSONField(default=dict)
    priority = models.PositiveSmallIntegerField(
        choices=Delivery.Priority, default=Delivery.Priority.NORMAL
    )

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["upload", "state", "id"], name="uploaded_orders_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "reference"], name="a_reference_is_one_order_per_upload"
            )
        ]

    def __str__(self) -> str:
        return self.reference


class Refusal(models.Model):
    """Why an order of a file was not taken: row, column, value, reason."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="refusals", db_index=False)
    row = models.PositiveIntegerField()
    reference = models.CharField(max_length=80, blank=True)
    column = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["upload", "id"], name="refusals_page_by_page"),
            models.Index(fields=["upload", "reference"], name="refusals_by_order"),
        ]

    def __str__(self) -> str:
        return f"row {self.row}: {self.code}"
