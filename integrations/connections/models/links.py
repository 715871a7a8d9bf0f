"""An invitation's other links: passed on to somebody, or replaced by a newer one."""

from __future__ import annotations

import uuid

from django.db import models

from integrations.connections.models.consents import Invitation


class InvitationLink(models.Model):
    """A link of an invitation beside its main one.

    Passed on: its reader signs in at Visma in the receiver's place, for the same invitation. An
    ended one stays for as long as the invitation, so that its page can say what became of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="links")
    token_digest = models.CharField(max_length=64, unique=True)
    # Whom it was passed on to; empty for one that somebody signed in opened here, and for a main
    # link that a newer one replaced.
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # A newer link stands in its place; else it was taken back.
    replaced = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"link of {self.invitation}"
