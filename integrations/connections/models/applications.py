"""What the ISV registered at Visma, and what it offers its tenants over it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


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


class OrderInKey(models.TextChoices):
    """Whether orders of one buyer go out one after the other, and what a refused one does."""

    FREE = "free", _("Orders go out as they can")
    BLOCKS = "blocks", _("One after the other; a refused one holds up the next")
    ASIDE = "aside", _("One after the other; a refused one steps aside")


class ApplicationType(models.TextChoices):
    """What the Developer Portal calls the type. A Single-Page App has no secret to keep here."""

    WEB = "web", _("Web")
    SERVICE = "service", _("Service")


class PermissionType(models.TextChoices):
    """Which tokens its APIs take: asked for by a person, by the application itself, or either."""

    ALL = "all", _("All")
    INTERACTIVE = "interactive", _("Interactive")
    NON_INTERACTIVE = "non_interactive", _("Non-Interactive")


class Environment(models.TextChoices):
    """Whether real companies may be connected over it."""

    TEST = "test", _("Test")
    PRODUCTION = "production", _("Production")


# Visma gives no access token a longer life.
LONGEST_TOKEN = 60


class Application(models.Model):
    """One registration in Visma's Developer Portal; the *client* of OAuth (RFC 6749, 1.1)."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    client_id = models.CharField(max_length=120)
    application_type = models.CharField(
        max_length=12, choices=ApplicationType, default=ApplicationType.WEB
    )
    permission_type = models.CharField(
        max_length=16, choices=PermissionType, default=PermissionType.ALL
    )
    # What its API integrations at Visma were asked for, parted by blanks; empty: not written down.
    scopes = models.TextField(blank=True)
    token_minutes = models.PositiveSmallIntegerField(default=LONGEST_TOKEN)
    environment = models.CharField(
        max_length=12, choices=Environment, default=Environment.PRODUCTION
    )
    invitation_code = models.CharField(max_length=60, blank=True)
    # Unknown for a code that was written down without it.
    invitation_code_made_at = models.DateTimeField(null=True, blank=True)
    invitation_code_reminded_at = models.DateTimeField(null=True, blank=True)
    # What the Developer Portal says of refresh tokens; a lost one-time answer is judged by it.
    one_time_refresh = models.BooleanField(default=False)
    refresh_grace = models.DurationField(null=True, blank=True)
    # A refresh token lapses when it isn't used for so many days, and after so many in any case.
    refresh_idle_days = models.PositiveSmallIntegerField(null=True, blank=True)
    refresh_absolute_days = models.PositiveSmallIntegerField(null=True, blank=True)
    uses_openid = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "client_id"], name="one_row_per_registration"),
            models.CheckConstraint(
                condition=Q(token_minutes__gte=1, token_minutes__lte=LONGEST_TOKEN),
                name="a_token_lives_a_minute_to_an_hour",
            ),
            models.CheckConstraint(
                condition=~Q(application_type=ApplicationType.SERVICE) | Q(kind=Kind.SERVICE),
                name="nobody_signs_in_to_a_service_application",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.SERVICE, permission_type=PermissionType.INTERACTIVE)
                & ~Q(kind=Kind.CONNECT, permission_type=PermissionType.NON_INTERACTIVE),
                name="the_permission_type_allows_the_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_test(self) -> bool:
        return self.environment == Environment.TEST


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
    order_in_key = models.CharField(max_length=8, choices=OrderInKey, default=OrderInKey.FREE)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
