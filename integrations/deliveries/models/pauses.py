"""What somebody holds back on purpose, from one connection up to everything."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Application, Connection, Integration
from integrations.tenants.models import Tenant


class PauseQuerySet(models.QuerySet["Pause"]):
    def standing(self) -> PauseQuerySet:
        return self.filter(lifted_at=None)


class Pause(models.Model):
    """Nothing new is sent within its reach while it stands; looks go on.

    A lifted one stays as the record of who paused what. Those of a connection only say who and why:
    there ``Connection.paused_at`` holds the orders back, and ``Delivery.paused_at`` for one order.
    """

    class Scope(models.TextChoices):
        EVERYTHING = "everything", _("Everything")
        APPLICATION = "application", _("Application")
        INTEGRATION = "integration", _("Integration")
        TENANT = "tenant", _("Tenant")
        CONNECTION = "connection", _("Company")

    scope = models.CharField(max_length=12, choices=Scope)
    application = models.ForeignKey(
        Application, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    integration = models.ForeignKey(
        Integration, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    # Beside an integration: only that tenant's connections of it.
    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, blank=True, related_name="pauses")
    connection = models.ForeignKey(
        Connection, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    # Set by the ISV's staff: nobody else lifts it.
    by_staff = models.BooleanField(default=False)
    # Scope and target in one word, so that a target is paused once.
    reach = models.CharField(max_length=60)
    why = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # An API key or the command line, where it wasn't a person on a page.
    by_name = models.CharField(max_length=120, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_by_name = models.CharField(max_length=120, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reach", "by_staff"],
                condition=Q(lifted_at=None),
                name="a_target_is_paused_once",
            ),
            models.CheckConstraint(
                condition=Q(scope="everything", application=None, integration=None, tenant=None)
                | Q(scope="application", application__isnull=False)
                | Q(scope="integration", integration__isnull=False)
                | Q(scope="tenant", tenant__isnull=False, integration=None)
                | Q(scope="connection", connection__isnull=False),
                name="a_pause_names_what_its_scope_says",
            ),
        ]

    def __str__(self) -> str:
        return f"pause of {self.reach}"
