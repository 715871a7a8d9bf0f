"""What Visma gave us, and the access tokens it yields."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from integrations.connections.models.applications import Application, Kind
from integrations.keyring import ring
from integrations.tenants.models import Tenant


class Grant(models.Model):
    """A refresh token, a VNI token, or the right to ask by client credentials.

    ``token_number`` rises with every access token stored; an attempt remembers the number it
    went out with, so that a 401 is held against the token it was about. A token is usable while
    ``token_number > stale_number`` and it has time left.

    A VNI token is an access token without an end. Each new one of the same application and Visma
    user kills the one before, whoever holds it; so there is one such grant, and several connections
    may stand on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="grants")
    application = models.ForeignKey(Application, models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=12, choices=Kind)
    visma_tenant_id = models.UUIDField(null=True, blank=True)
    # The Visma user who consented: `sub` of the ID token (OpenID Connect Core, 2); of VNI, which
    # has none, the address in small letters.
    visma_user = models.CharField(max_length=255, blank=True)
    visma_user_email = models.CharField(max_length=254, blank=True)
    visma_user_email_verified = models.BooleanField(default=False)
    scopes = models.TextField(blank=True)
    sealed_refresh_token = models.BinaryField(null=True)
    refresh_token_digest = models.CharField(max_length=64, blank=True)
    sealed_access_token = models.BinaryField(null=True)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    token_number = models.PositiveIntegerField(default=0)
    stale_number = models.PositiveIntegerField(default=0)
    # The lease of whoever is refreshing, and when the refresh token went out.
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    refresh_lease = models.PositiveIntegerField(default=0)
    refresh_sent_at = models.DateTimeField(null=True, blank=True)
    refresh_failures = models.PositiveSmallIntegerField(default=0)
    refresh_due_at = models.DateTimeField(null=True, blank=True)
    # When the refresh token was given or last used; an idle one lapses.
    refreshed_at = models.DateTimeField(null=True, blank=True)
    # The application's settings as they were at the consent: Visma goes by those to the end. None
    # is as the application says.
    one_time_refresh = models.BooleanField(null=True, blank=True)
    refresh_grace = models.DurationField(null=True, blank=True)
    refresh_idle_days = models.PositiveSmallIntegerField(null=True, blank=True)
    refresh_absolute_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Redeemed, and kept apart until the person has confirmed user and companies.
    kept_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_refresh_token__isnull=True) ^ ~Q(refresh_token_digest=""),
                name="a_refresh_token_has_its_digest",
            ),
            models.CheckConstraint(
                condition=Q(stale_number__lte=models.F("token_number")),
                name="only_a_token_that_was_stored_goes_stale",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) ^ ~Q(ended_because=""),
                name="a_grant_ends_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="a_grant_has_a_kind"),
            models.UniqueConstraint(
                fields=["application", "visma_user"],
                condition=Q(kind=Kind.VNI, ended_at__isnull=True, kept_until__isnull=True),
                name="one_living_vni_grant_per_visma_user",
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"

    def owner_of(self, column: str) -> str:
        return f"tenant/{self.tenant_id}/grant/{self.pk}/{column}"

    def sealed(self, column: str, value: str) -> bytes:
        """The value sealed for this row's column: ``refresh_token`` or ``access_token``."""
        return ring.seal(value, owner=self.owner_of(column))

    def refresh_token(self) -> str:
        """The refresh token; raises ring.Unreadable. Only for a grant that has one."""
        return ring.unseal(self.sealed_refresh_token or b"", owner=self.owner_of("refresh_token"))

    def access_token(self) -> str:
        """The newest access token, usable or not; raises ring.Unreadable."""
        return ring.unseal(self.sealed_access_token or b"", owner=self.owner_of("access_token"))
