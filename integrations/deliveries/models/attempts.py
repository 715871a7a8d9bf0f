"""What was tried, and what was looked up: written once, never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.deliveries.models.deliveries import Delivery


class Attempt(models.Model):
    """One try to send a delivery, in parts that are each written once (a trigger sees to it).

    Opened with the claim. How it *ended* for us, and what Visma *answered*, which may come
    later or never. A look that proves it left nothing at Visma *clears* it.
    """

    class Ending(models.TextChoices):
        OPEN = "", _("Under way")
        GATE = "gate", _("Nothing was sent")
        WITHDRAWN = "withdrawn", _("Taken back before it was sent")
        ANSWERED = "answered", _("Answered")
        UNKNOWN = "unknown", _("The answer was lost")

    # The claim alone inserts, with the delivery's row locked; the constraint below is the index.
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="attempts", db_constraint=False, db_index=False
    )
    number = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    route = models.CharField(max_length=20)
    token_number = models.PositiveIntegerField()
    opened_at = models.DateTimeField()

    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending, default="", blank=True)
    curl_code = models.PositiveSmallIntegerField(null=True, blank=True)
    fault = models.CharField(max_length=200, blank=True)

    answered_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    visma_type = models.CharField(max_length=10, blank=True)
    visma_number = models.CharField(max_length=30, blank=True)
    answer = models.CharField(max_length=2000, blank=True)

    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["delivery", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "number"], name="attempts_are_numbered_per_delivery"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) ^ ~Q(ending=""),
                name="an_attempt_ends_in_some_way",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) ^ Q(status__isnull=False),
                name="an_answer_has_a_status",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery_id}"


class Look(models.Model):
    """One time an uncertain delivery was looked up at Visma."""

    class Finding(models.TextChoices):
        HIT = "hit", _("There it is")
        MISS = "miss", _("Not there")
        DIFFERS = "differs", _("There, but with another buyer or total")
        SEVERAL = "several", _("There several times")
        FAILED = "failed", _("Visma.net could not be asked")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="looks")
    attempt = models.PositiveIntegerField()
    begun_at = models.DateTimeField()
    # Company-wide and unfiltered: the only kind whose miss can release an order.
    whole = models.BooleanField()
    finding = models.CharField(max_length=10, choices=Finding)
    rows_read = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    numbers = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["delivery", "pk"]

    def __str__(self) -> str:
        return f"look at {self.delivery_id}"
