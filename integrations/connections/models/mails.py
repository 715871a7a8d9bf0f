"""Mails that are to go out, and the outages they are about."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from integrations.connections.models.connections import Connection
from integrations.keyring import ring
from integrations.tenants.models import Tenant


class Outage(models.Model):
    """A stretch in which a connection that had worked did not. One mail opens it, one closes it."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="outages")
    finding = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(closed_at__isnull=True),
                name="one_open_outage_per_connection",
            )
        ]

    def __str__(self) -> str:
        return f"outage of {self.connection}"


class Mail(models.Model):
    """One mail to one address. Kept until a mail server took it, so that none is lost.

    What it says may hold a link that opens something, so it is sealed, and forgotten once sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, blank=True, related_name="mails")
    to = models.EmailField()
    # Written once only: a second mail with the same key is left out. Empty: no such bound.
    key = models.CharField(max_length=200, blank=True)
    outage = models.ForeignKey(Outage, models.SET_NULL, null=True, blank=True, related_name="mails")
    sealed_content = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~Q(key=""), name="a_mail_is_written_once"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(sealed_content__isnull=True),
                name="a_sent_mail_is_forgotten",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="mails_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"

    @property
    def owner(self) -> str:
        return f"mail/{self.pk}/content"

    def seal(self, content: str) -> None:
        self.sealed_content = ring.seal(content, owner=self.owner)

    def content(self) -> str:
        """What it says; raises ring.Unreadable, also once it was sent."""
        return ring.unseal(self.sealed_content or b"", owner=self.owner)
