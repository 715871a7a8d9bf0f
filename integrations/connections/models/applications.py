"""What the ISV registered at Visma, and what it offers its tenants over it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.keyring import ring


class Kind(models.TextChoices):
    """How access is granted: a person consents, or an approval in the App Store.

    An application's kind says how its connections begin. A grant has its own: a Web application may
    hold a person's consent and the right to ask by client credentials.
    """

    CONNECT = "connect", _("Visma Connect, a person consents")
    SERVICE = "service", _("Service, approved in the App Store")
    VNI = "vni", _("VNI, the older server; a person consents")


class Route(models.TextChoices):
    """Which of Visma's APIs takes the orders."""

    SALESORDER_V3 = "salesorder-v3", "Sales Order V3"
    ERP_V1 = "erp-v1", "ERP API v1"
    ERP_V1 = "erp-v1", "ERP API v1"


class Application(models.Model):
    """One registration in Visma's Developer Portal; the *client* of OAuth (RFC 6749, 1.1)."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    client_id = models.CharField(max_length=120)
    invitation_code = models.CharField(max_length=60, blank=True)
    # What the Developer Portal says of refresh tokens; a lost one-time answer is judged by it.
    one_time_refresh = models.BooleanField(default=False)
    refresh_grace = models.DurationField(null=True, blank=True)
    uses_openid = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "client_id"], name="one_row_per_registration")
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationSecret(models.Model):
    """One of an application's client secrets; Visma lets several live at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="secrets")
    sealed_value = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"secret of {self.application} from {self.created_at:%Y-%m-%d}"

    @property
    def owner(self) -> str:
        return f"application/{self.application_id}/secret/{self.pk}"

    def seal(self, value: str) -> None:
        self.sealed_value = ring.seal(value, owner=self.owner)

    def value(self) -> str:
        """The secret itself; raises ring.Unreadable."""
        return ring.unseal(self.sealed_value, owner=self.owner)


class Integration(models.Model):
    """What the ISV offers its tenants: an application, the scopes it asks for, a route."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="integrations")
    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    purpose = models.CharField(max_length=240, blank=True)
    scopes = models.CharField(max_length=600)
    route = models.CharField(max_length=20, choices=Route, default=Route.SALESORDER_V3)
    # Goes before each reference on the wire; two shops may both have an order 1001.
    reference_prefix = models.CharField(max_length=12, blank=True)
    visma_user_hint = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
