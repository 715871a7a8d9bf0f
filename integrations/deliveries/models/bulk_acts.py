"""Cancelling or sending again what a filter finds, as one act that can be watched and stopped."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.tenants.models import Tenant


class BulkActQuerySet(models.QuerySet["BulkAct"]):
    def for_tenant(self, tenant: Tenant) -> BulkActQuerySet:
        return self.filter(tenant=tenant)


class BulkAct(models.Model):
    """One decision about many orders, carried out delivery by delivery.

    ``found_count`` is how many there were at the start, counted up to a bound, ``seen_count`` how
    many of them were come to. ``outcomes`` and ``left_out`` count by code what became of them;
    ``examples`` keeps a few deliveries of each code that left some out. ``cursor`` is the last
    delivery decided, so that whoever goes on after a stop decides none twice.
    """

    class Deed(models.TextChoices):
        RESEND = "resend", _("Send again")
        CANCEL = "cancel", _("Cancel")

    class State(models.TextChoices):
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="bulk_acts")
    deed = models.CharField(max_length=8, choices=Deed)
    # What a Selection stores, and its digest, by which a doubled request is known.
    selection = models.JSONField()
    selection_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    found_count = models.PositiveIntegerField(default=0)
    seen_count = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    left_out = models.JSONField(default=dict)
    examples = models.JSONField(default=dict)
    cursor = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(max_length=120, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Whoever carries it out holds it until then; a worker that died holds it no longer.
    worked_until = models.DateTimeField(null=True, blank=True)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["tenant", "-started_at"], name="bulk_acts_newest_first"),
            models.Index(
                fields=["worked_until"], condition=Q(state="running"), name="bulk_acts_under_way"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "deed", "selection_digest"],
                condition=Q(state="running"),
                name="the_same_bulk_act_runs_once",
            ),
            models.CheckConstraint(
                condition=Q(state="running") ^ Q(finished_at__isnull=False),
                name="a_bulk_act_runs_until_it_is_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.pk}"

    @property
    def under_way(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def done_count(self) -> int:
        return sum(self.outcomes.values())

    @property
    def left_out_count(self) -> int:
        return sum(self.left_out.values())
