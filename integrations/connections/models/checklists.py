"""How far an application has come on its way through Visma, and who did what to it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrations.connections.models.applications import Application


class ChecklistStep(models.Model):
    """What is known of one step. No row: nobody ticked it and no call was made for it.

    A call of ours outweighs a tick: a step is done while its newest call said yes, or, where no
    call has spoken, while it is ticked.
    """

    class Step(models.TextChoices):
        ACCOUNT = "account", _("Account in the Developer Portal")
        APPLICATION = "application", _("Application made")
        SECRET = "secret", _("Secret works")
        REDIRECT = "redirect", _("Redirect address registered, letter for letter")
        INTEGRATION_ASKED = "integration_asked", _("API integration asked for")
        INTEGRATION_APPROVED = "integration_approved", _("API integration approved")
        LOGO = "logo", _("Logo approved")
        PUBLISHED = "published", _("Published to the App Store")
        AUDIENCE = "audience", _("Audience chosen")
        INVITATION_CODE = "invitation_code", _("Invitation code kept here")
        REACHABLE = "reachable", _("Visma answers, and its keys can be read")
        COMPANY = "company", _("A company has approved it")

    application = models.ForeignKey(Application, models.CASCADE, related_name="checklist")
    step = models.CharField(max_length=24, choices=Step)
    proven_at = models.DateTimeField(null=True, blank=True)
    refuted_at = models.DateTimeField(null=True, blank=True)
    # What the newest call found, by its code.
    finding = models.CharField(max_length=40, blank=True)
    # What belongs to the finding: an Error-ID, a scope.
    detail = models.CharField(max_length=200, blank=True)
    ticked_at = models.DateTimeField(null=True, blank=True)
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "step"], name="a_step_is_on_a_checklist_once"
            ),
            models.CheckConstraint(
                condition=Q(proven_at__isnull=True) | Q(refuted_at__isnull=True),
                name="a_step_is_proven_or_refuted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.application}"


class ApplicationEvent(models.Model):
    """One thing somebody did to an application. Never edited.

    Applications belong to no tenant, so these stand in no tenant's chain but in one of their own:
    each digest covers the event before it.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    # Holds no secret. Who did it stands beside, so that it can be erased.
    facts = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["application", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="one_application_event_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} ({self.number})"
