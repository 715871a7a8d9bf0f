"""One sales order on its way to Visma: a row in the outbox."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.deliveries.models.lanes import Lane
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def for_tenant(self, tenant: Tenant) -> DeliveryQuerySet:
        return self.filter(lane__connection__company__tenant=tenant)


class Delivery(models.Model):
    """The task of getting one sales order into Visma exactly once.

    Every transition names the state and the attempt it comes from in its WHERE; the statements
    are in ``deliveries.services.outbox``. ``attempt`` only rises; ``charged`` counts those that
    are held against the order.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENDING = "sending", _("Sending")
        UNCERTAIN = "uncertain", _("Uncertain")
        DELIVERED = "delivered", _("Delivered")
        REJECTED = "rejected", _("Needs a correction")
        PARKED = "parked", _("Needs a decision")
        CANCELLED = "cancelled", _("Cancelled")

    class Priority(models.IntegerChoices):
        URGENT = 0, _("Urgent")
        NORMAL = 1, _("Normal")
        BULK = 2, _("Bulk")

    class Reason(models.TextChoices):
        NONE = "", ""
        FOUND = "found", _("It was in Visma.net before we sent it")
        SEVERAL_FOUND = "several_found", _("Several orders carry this reference in Visma.net")
        DIFFERS = "differs", _("An order with this reference has another buyer or total")
        NUMBER_TAKEN = "number_taken", _("Another order in Visma.net has its number")
        ATTEMPTS_SPENT = "attempts_spent", _("Visma.net refused it too many times")
        DOUBLE_SUSPECTED = "double_suspected", _("It may be in Visma.net after all")
        CANT_BE_ASKED = "cant_be_asked", _("Visma.net can't be asked whether it arrived")
        FAULT_OF_OURS = "fault_of_ours", _("The portal could not handle it")

    order = models.OneToOneField(SalesOrder, models.CASCADE, related_name="delivery")
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="deliveries", db_index=False)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    reason = models.CharField(max_length=20, choices=Reason, default=Reason.NONE, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    due_at = models.DateTimeField()
    epoch = models.PositiveIntegerField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    charged = models.PositiveSmallIntegerField(default=0)
    # In how many outages of its host this order was caught, for which it was not charged.
    outages = models.PositiveSmallIntegerField(default=0)
    # How often this order met an answer that blames the lane while the lane was well.
    set_aside = models.PositiveSmallIntegerField(default=0)
    # The buyer where the integration keeps the order of a buyer's orders, else empty; and whether
    # an earlier one of the same key is still open (`deliveries.services.ordering`).
    queue_key = models.CharField(max_length=60, blank=True)
    behind = models.BooleanField(default=False)

    # Built once and sent again exactly so; anew only after a switch of route.
    payload = models.TextField(blank=True)
    route = models.CharField(max_length=20, blank=True)
    first_sent_at = models.DateTimeField(null=True, blank=True)

    visma_company = models.CharField(max_length=60)
    visma_type = models.CharField(max_length=10, blank=True)
    visma_number = models.CharField(max_length=30, blank=True)
    # A number that an earlier attempt was given while a later one is out: `type/number`.
    late_number = models.CharField(max_length=45, blank=True)

    # While uncertain: not sent again before this, and when to look next.
    quarantined_until = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    uncertain_at = models.DateTimeField(null=True, blank=True)
    misses = models.PositiveSmallIntegerField(default=0)
    missed_at = models.DateTimeField(null=True, blank=True)
    # A refusal met after a doubt: kept, and written when the looks find nothing.
    kept_refusal = models.BooleanField(default=False)

    cancel_wanted_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    # In shadow mode: when it was built and looked up, and what was there; a Look.Finding.
    rehearsed_at = models.DateTimeField(null=True, blank=True)
    rehearsal = models.CharField(max_length=10, blank=True)
    # What Visma or we said against it: {"title": …, "details": [{"code", "message", "field"}]}
    problem = models.JSONField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["lane", "priority", "due_at", "id"],
                condition=Q(state="pending", paused_at__isnull=True, behind=False),
                name="deliveries_pending",
            ),
            models.Index(
                fields=["lane", "queue_key", "id"],
                condition=~Q(queue_key="") & ~Q(state__in=["delivered", "cancelled"]),
                name="deliveries_open_in_a_key",
            ),
            models.Index(
                fields=["lane", "id"],
                condition=Q(state="pending", rehearsed_at__isnull=True),
                name="deliveries_unrehearsed",
            ),
            models.Index(
                fields=["lane", "priority", "-id"],
                condition=~Q(priority=1),
                name="deliveries_by_priority",
            ),
            models.Index(
                fields=["lane"], condition=Q(state="sending"), name="deliveries_sending"
            ),
            models.Index(
                fields=["lane", "look_at"], condition=Q(state="uncertain"),
                name="deliveries_uncertain",
            ),
            # A delivery is in `sending` for a moment, and has an index of its own there.
            models.Index(
                fields=["lane", "state", "-id"], condition=~Q(state="sending"),
                name="deliveries_by_state",
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state="delivered") ^ Q(visma_number=""),
                name="delivered_exactly_when_there_is_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state="sending") ^ Q(epoch__isnull=True),
                name="sending_exactly_when_there_is_an_epoch",
            ),
            models.CheckConstraint(
                condition=Q(state="parked") ^ Q(reason=""),
                name="parked_exactly_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="uncertain")
                | Q(quarantined_until__isnull=False, look_at__isnull=False),
                name="uncertain_only_with_a_quarantine_and_a_look",
            ),
            models.UniqueConstraint(
                fields=["visma_company", "visma_type", "visma_number"],
                condition=~Q(visma_number=""),
                name="a_number_of_visma_belongs_to_one_delivery",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
