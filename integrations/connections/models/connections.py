"""One integration in one company, for good. Grants come and go under it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.connections.models.applications import Integration
from integrations.connections.models.companies import Company
from integrations.connections.models.grants import Grant
from integrations.tenants.models import Tenant


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def for_tenant(self, tenant: Tenant) -> ConnectionQuerySet:
        return self.filter(company__tenant=tenant)


class Connection(models.Model):
    """One integration in one company, and whether it works.

    Only a read that succeeded makes it ``connected``, and ``proven_at`` says when that last was.
    Orders go out only while it is connected, confirmed, not paused, and has a living grant.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CONNECTED = "connected", _("Works")
        BROKEN = "broken", _("Needs somebody")
        DISCONNECTED = "disconnected", _("Disconnected")

    integration = models.ForeignKey(Integration, models.PROTECT, related_name="connections")
    company = models.ForeignKey(Company, models.PROTECT, related_name="connections")
    grant = models.ForeignKey(
        Grant, models.SET_NULL, null=True, blank=True, related_name="connections"
    )
    # The other way in while a switch between user and service mode lasts. Nothing goes out over it.
    standby = models.ForeignKey(
        Grant, models.SET_NULL, null=True, blank=True, related_name="standing_by"
    )
    state = models.CharField(max_length=12, choices=State, default=State.CHECKING)
    # The doctor's finding, by its code; empty exactly when nothing is known to be wrong.
    problem = models.CharField(max_length=40, blank=True)
    problem_since = models.DateTimeField(null=True, blank=True)
    look_again_at = models.DateTimeField(null=True, blank=True)
    look_again_until = models.DateTimeField(null=True, blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)
    # When the doctor last came, whatever was found.
    looked_at = models.DateTimeField(null=True, blank=True)
    # It couldn't send, and then could: what waited goes out slowly at first.
    repaired_at = models.DateTimeField(null=True, blank=True)
    # How far Visma's clock is ahead of ours, as the doctor last saw it.
    clock_offset = models.DurationField(null=True, blank=True)
    # A company new to the tenant delivers nothing before a member or staff said yes.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # What an order gets when it doesn't say.
    order_type = models.CharField(max_length=10, default="SO")
    branch = models.CharField(max_length=30, blank=True)
    tax_category = models.CharField(max_length=10, blank=True)
    first_status = models.CharField(
        max_length=10, choices=[("", _("As the type says")), ("Open", "Open"), ("Hold", "Hold")],
        default="", blank=True,
    )  # fmt: skip

    # Orders may get numbers of ours instead of the company's: a prefix and a counter, never reset.
    own_numbers = models.BooleanField(default=False)
    number_prefix = models.CharField(max_length=6, blank=True)
    next_number = models.PositiveBigIntegerField(default=1)
    # When the company was first seen to refuse a number that it had already.
    repeats_refused_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "company"], name="one_connection_per_integration_and_company"
            ),
            models.CheckConstraint(
                condition=~Q(state="connected") | Q(proven_at__isnull=False, grant__isnull=False),
                name="connected_only_with_a_grant_and_a_proof",
            ),
            models.CheckConstraint(
                condition=Q(state="broken") ^ Q(problem=""), name="broken_exactly_with_a_finding"
            ),
            models.CheckConstraint(
                condition=Q(own_numbers=False) | ~Q(number_prefix=""),
                name="own_numbers_only_with_a_prefix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.integration} in {self.company}"
