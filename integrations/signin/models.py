"""Visma users that may sign in, the way there and back, and what Visma says of its sessions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.keyring import ring


class VismaUser(models.Model):
    """Who somebody is at Visma: known by issuer and subject, never by an address."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="visma_user")
    issuer = models.CharField(max_length=400)
    subject = models.CharField(max_length=255)
    # As Visma last said it; shown to its owner and used for nothing.
    email = models.CharField(max_length=254, blank=True)
    linked_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="a_visma_user_opens_one_log_in"
            )
        ]

    def __str__(self) -> str:
        return f"Visma user of {self.user}"


class VismaSession(models.Model):
    """A session here that began with a sign-in at Visma. Without its row it has ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visma_user = models.ForeignKey(VismaUser, models.CASCADE, related_name="sessions")
    # Visma's own name for the session there; empty where the ID token has none.
    sid = models.CharField(max_length=255, blank=True, db_index=True)
    began_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"session of {self.visma_user}"


class SignInTry(models.Model):
    """One way to Visma and back: used once, by the browser that began it."""

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in"
        LINK = "link"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=8, choices=Purpose)
    # Whose log-in is to be linked.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    state_digest = models.CharField(max_length=64, unique=True)
    browser_digest = models.CharField(max_length=64)
    sealed_verifier = models.BinaryField()
    nonce = models.CharField(max_length=64)
    redirect_uri = models.URLField(max_length=400)
    issuer = models.CharField(max_length=400)
    # A path of ours to go on to.
    next = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="link") ^ Q(user__isnull=True),
                name="only_a_link_is_made_for_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"

    @property
    def owner(self) -> str:
        return f"signin/{self.pk}/verifier"

    def seal_verifier(self, value: str) -> None:
        self.sealed_verifier = ring.seal(value, owner=self.owner)

    def verifier(self) -> ring.Unsealed:
        return ring.unseal(self.sealed_verifier, owner=self.owner)


class LogoutNotice(models.Model):
    """A logout token that was taken: it counts once, and no later sign-in of its session does."""

    issuer = models.CharField(max_length=400)
    jti_digest = models.CharField(max_length=64)
    sid = models.CharField(max_length=255, blank=True, db_index=True)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "jti_digest"], name="a_logout_token_counts_once"
            )
        ]

    def __str__(self) -> str:
        return f"logout notice {self.pk}"
