"""What an application proves itself with."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Case, F, Q, When

from integrations.connections.models.applications import Application
from integrations.keyring import ring


class SecretQuerySet(models.QuerySet["ApplicationSecret"]):
    def in_use(self) -> SecretQuerySet:
        """Those to prove the application with, the likeliest first.

        One that Visma refused comes last, one that was never tried after those that were.
        """
        return self.filter(retired_at=None).order_by(
            F("refused_at").asc(nulls_first=True),
            Case(When(accepted_at=None, then=1), default=0),
            "-created_at",
        )


class ApplicationSecret(models.Model):
    """One of an application's client secrets; Visma lets several live at once.

    A retired one keeps its value until a person has taken it to the form at Visma that deletes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="secrets")
    # None once it is forgotten.
    sealed_value = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When Visma took it, and when it said no; of the two only the newer word is kept.
    accepted_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    # As the Developer Portal says it, where it does.
    expires_on = models.DateField(null=True, blank=True)
    # How many days before that staff were told last.
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_value__isnull=True) ^ Q(forgotten_at__isnull=True),
                name="a_secret_is_kept_until_it_is_forgotten",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(retired_at__isnull=False),
                name="only_a_retired_secret_is_forgotten",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(refused_at__isnull=True),
                name="a_secret_is_taken_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"secret of {self.application} from {self.created_at:%Y-%m-%d}"

    @property
    def owner(self) -> str:
        return f"application/{self.application_id}/secret/{self.pk}"

    def seal(self, value: str) -> None:
        self.sealed_value = ring.seal(value, owner=self.owner)

    def value(self) -> str:
        """The secret itself; raises ring.Unreadable, also when it is forgotten."""
        return ring.unseal(self.sealed_value or b"", owner=self.owner)
