"""What happened to an application, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.models import Application, ApplicationEvent, ChecklistStep
from integrations.console.services.checklist_words import step_title

MOST = 12
_VERBS = {
    "application.registered": n("Registered"),
    "application.changed": n("Changed"),
    "application.looked_at": n("Looked at Visma"),
    "integration.order_chosen": n("Chosen how orders of one buyer go out"),
    "secret.added": n("A secret was added"),
    "secret.accepted": n("Visma took a secret"),
    "secret.refused": n("Visma refused a secret"),
    "secret.fell_over": n("Another secret works in the place of a refused one"),
    "secret.retired": n("A secret is used no more"),
    "secret.shown": n("A retired secret was shown, then forgotten"),
    "secret.forgotten": n("A retired secret was forgotten"),
    "secret.reminded": n("Staff were told that a secret ends"),
    "step.ticked": n("Ticked"),
    "step.unticked": n("Tick taken back"),
    "application.paused": n("Sending paused"),
    "application.resumed": n("Sending resumed"),
    "integration.paused": n("Sending of an integration paused"),
    "integration.resumed": n("Sending of an integration resumed"),
    "everything.paused": n("All sending paused"),
    "everything.resumed": n("All sending resumed"),
    "invitation_code.reminded": n("Staff were told that the invitation code ends"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    what: str
    # The step, or the columns that changed.
    detail: str
    who: str


def newest(application: Application) -> list[Happened]:
    events = application.events.select_related("by").order_by("-number")[:MOST]
    return [_happened(application, event) for event in events]


def _happened(application: Application, event: ApplicationEvent) -> Happened:
    what = _(_VERBS[event.verb]) if event.verb in _VERBS else event.verb
    who = str(event.by or "")
    return Happened(event.at, what, _detail(application, event), who)


def _detail(application: Application, event: ApplicationEvent) -> str:
    step = event.facts.get("step", "")
    if step in ChecklistStep.Step.values:
        return step_title(application, ChecklistStep.Step(step))
    return str(event.facts.get("columns", "")).replace("_", " ")
