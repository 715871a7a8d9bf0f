"""What Visma allows one application in one company."""

from __future__ import annotations

from django.db import models

from integrations.connections.models.applications import Application


class Quota(models.Model):
    """Learnt from ``X-RateLimit-*``; shared by all lanes of the application in the company."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="quotas")
    company_key = models.CharField(max_length=60)
    policy = models.CharField(max_length=60, blank=True)
    limit = models.PositiveIntegerField(null=True, blank=True)
    remaining = models.PositiveIntegerField(null=True, blank=True)
    resets_at = models.DateTimeField(null=True, blank=True)
    # Retry-After of a 429: nothing is asked before this.
    closed_until = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "company_key"], name="one_quota_per_application_and_company"
            )
        ]

    def __str__(self) -> str:
        return f"quota of {self.application} in {self.company_key}"
