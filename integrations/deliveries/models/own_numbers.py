"""The order number that the portal chose for a delivery, where its connection numbers orders."""

from __future__ import annotations

from django.db import models

from integrations.deliveries.models.deliveries import Delivery


class OwnNumber(models.Model):
    """Kept before the first attempt, and the same in every one.

    ``read_after`` is the newest attempt after which the ERP was asked for this number and had it
    not: nothing is sent again before that.
    """

    delivery = models.OneToOneField(Delivery, models.CASCADE, related_name="own_number")
    company_key = models.CharField(max_length=60)
    number = models.CharField(max_length=15)
    read_after = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_key", "number"], name="an_own_number_is_given_once_in_a_company"
            )
        ]

    def __str__(self) -> str:
        return self.number
