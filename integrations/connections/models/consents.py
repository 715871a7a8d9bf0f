"""The way to a connection: the invitation, and each try of a consent."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.connections.models.applications import Integration
from integrations.connections.models.connections import Connection
from integrations.keyring import ring
from integrations.tenants.models import Tenant


class Invitation(models.Model):
    """A link that lets somebody connect a company. Lives until used, old or withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="invitations")
    integration = models.ForeignKey(Integration, models.PROTECT, related_name="invitations")
    # Set when an existing connection is to be renewed; another company is then refused.
    reconnects = models.ForeignKey(
        Connection, models.CASCADE, null=True, blank=True, related_name="reconnect_invitations"
    )
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    token_digest = models.CharField(max_length=64, unique=True)
    # Naming the company beforehand spares the later yes.
    expected_visma_tenant_id = models.UUIDField(null=True, blank=True)
    expected_number = models.CharField(max_length=60, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    connection = models.ForeignKey(
        Connection, models.SET_NULL, null=True, blank=True, related_name="invitations"
    )
    # Kind service: the id that was pasted, looked at again until the App Store says yes.
    pasted_tenant_id = models.UUIDField(null=True, blank=True)
    pasted_text = models.TextField(blank=True)
    # From where; kept no longer than the consent ledger shows it.
    pasted_from = models.GenericIPAddressField(null=True, blank=True)
    look_again_at = models.DateTimeField(null=True, blank=True)
    look_again_until = models.DateTimeField(null=True, blank=True)
    # The outcome of the last try, by its code, so that the page can say where it stopped.
    last_outcome = models.CharField(max_length=40, blank=True)
    # What Visma's own page showed, as the person copied it; staff look it up there.
    error_id = models.CharField(max_length=80, blank=True)
    # How long the link was made to live, and since when; None: since it was made.
    life = models.DurationField(null=True, blank=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    # A code told by another way than the link. Empty: the link alone is enough.
    code_digest = models.CharField(max_length=64, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["tenant", "created_at"], name="invitations_of_a_tenant"),
            models.Index(fields=["created_at"], name="invitations_by_age"),
        ]

    def __str__(self) -> str:
        return f"invitation to {self.integration} for {self.tenant}"


class PendingConsent(models.Model):
    """One tab's way to Visma and back: used once, by the browser that began it."""

    class Outcome(models.TextChoices):
        PENDING = "", _("On its way")
        GRANTED = "granted", _("Granted")
        CHOOSING = "choosing", _("Choosing the company")
        FAILED = "failed", _("Did not work out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="consents")
    state_digest = models.CharField(max_length=64, unique=True)
    browser_digest = models.CharField(max_length=64)
    # VNI knows neither.
    sealed_verifier = models.BinaryField(null=True)
    nonce = models.CharField(max_length=64, blank=True)
    redirect_uri = models.URLField(max_length=400)
    # Whom we sent the browser to, as that server calls itself; an answer of another is refused.
    issuer = models.CharField(max_length=400, blank=True)
    # Who is going to sign in at Visma, as the person said it.
    declared_user = models.EmailField(blank=True)
    # Connections whose VNI token died when this one was redeemed.
    cut_off = models.JSONField(default=list, blank=True)
    # What the person read before going to Visma, for the consent ledger.
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    asked_from = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default="", blank=True)
    # What happened, by its code, for the page that explains it.
    finding = models.CharField(max_length=40, blank=True)
    # An answer that came by POST waits here for its one GET.
    sealed_answer = models.BinaryField(null=True)
    # Granted, but the company is still to be picked or confirmed.
    grant = models.ForeignKey(
        "connections.Grant", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    companies = models.JSONField(default=list)
    connection = models.ForeignKey(
        Connection, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="") | Q(consumed_at__isnull=False),
                name="a_consent_ends_only_when_used",
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    def owner_of(self, column: str) -> str:
        return f"invitation/{self.invitation_id}/consent/{self.pk}/{column}"

    def seal_verifier(self, value: str) -> None:
        self.sealed_verifier = ring.seal(value, owner=self.owner_of("verifier"))

    def verifier(self) -> ring.Unsealed:
        return ring.unseal(self.sealed_verifier or b"", owner=self.owner_of("verifier"))

    def sealed_for_answer(self, value: str) -> bytes:
        return ring.seal(value, owner=self.owner_of("answer"))

    def answer(self) -> ring.Unsealed:
        return ring.unseal(self.sealed_answer or b"", owner=self.owner_of("answer"))
