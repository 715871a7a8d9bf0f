"""What Visma allows one application in one company, or on a host as a whole."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.connections.models.applications import Application


class Quota(models.Model):
    """Learnt from ``X-RateLimit-*``; shared by all lanes of the application in the company.

    A policy that counts all companies of the application together has the host instead of the
    company. ``resets_at`` in the past: a new window may have begun, and nothing was heard of it.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="quotas")
    company_key = models.CharField(max_length=60, blank=True)
    host = models.CharField(max_length=120, blank=True)
    policy = models.CharField(max_length=60, blank=True)
    limit = models.PositiveIntegerField(null=True, blank=True)
    remaining = models.PositiveIntegerField(null=True, blank=True)
    # How long a window is, as far as was seen.
    seconds = models.PositiveIntegerField(default=0)
    resets_at = models.DateTimeField(null=True, blank=True)
    # What is left is kept for checks that a person waits for: orders wait until then.
    spent_until = models.DateTimeField(null=True, blank=True)
    # Retry-After of a 429: nothing is asked before this.
    closed_until = models.DateTimeField(null=True, blank=True)
    # When the request was sent whose answer told this.
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "company_key", "host", "policy"],
                name="one_quota_per_application_place_and_policy",
            ),
            models.CheckConstraint(
                condition=Q(company_key="") ^ Q(host=""), name="a_quota_is_of_a_company_or_a_host"
            ),
        ]
        indexes = [
            models.Index(
                fields=["closed_until"],
                condition=Q(closed_until__isnull=False),
                name="quotas_closed",
            )
        ]

    def __str__(self) -> str:
        return f"quota of {self.application} in {self.company_key or self.host}"
