"""How far an application has come: its steps, which of them are done, and what is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from integrations.connections.models import Application, ChecklistStep
from integrations.connections.models.applications import Kind
from integrations.connections.services import application_events
from integrations.connections.services.registration import code_ends_at
from integrations.tenants.models import User

Step = ChecklistStep.Step
State = Literal["done", "failed", "todo", "waits", "not_needed"]

AUDIENCES = ("invite_only", "public")
PUBLIC = "public"
# Before an invitation code ends, this long, its step asks for a new one.
CODE_WARNING = timedelta(days=1)

_STORE = {Step.LOGO, Step.PUBLISHED, Step.AUDIENCE, Step.INVITATION_CODE}
_PORTAL = {Step.ACCOUNT, Step.INTEGRATION_ASKED, Step.INTEGRATION_APPROVED, Step.REACHABLE}
# A person's consent needs no App Store; nobody is sent back from it; VNI knows neither.
NOT_NEEDED = {
    Kind.CONNECT: _STORE,
    Kind.SERVICE: {Step.REDIRECT},
    Kind.VNI: _STORE | _PORTAL,
}
# What no call of ours can prove, so that a person says it.
_TOLD = {Step.ACCOUNT, Step.INTEGRATION_ASKED, Step.LOGO, Step.PUBLISHED, Step.AUDIENCE}
TICKED = {
    Kind.CONNECT: _TOLD,
    # Before a company has approved it, Visma says nothing of its scopes.
    Kind.SERVICE: _TOLD | {Step.INTEGRATION_APPROVED},
    Kind.VNI: {Step.APPLICATION, Step.REDIRECT},
}
AFTER = {
    Step.APPLICATION: [Step.ACCOUNT],
    Step.SECRET: [Step.APPLICATION],
    Step.REDIRECT: [Step.APPLICATION],
    Step.INTEGRATION_ASKED: [Step.APPLICATION],
    Step.INTEGRATION_APPROVED: [Step.INTEGRATION_ASKED],
    Step.LOGO: [Step.APPLICATION],
    Step.PUBLISHED: [Step.LOGO, Step.INTEGRATION_APPROVED],
    Step.AUDIENCE: [Step.PUBLISHED],
    Step.INVITATION_CODE: [Step.AUDIENCE],
    Step.COMPANY: [Step.SECRET, Step.REDIRECT, Step.INTEGRATION_APPROVED, Step.INVITATION_CODE],
}
# Who has proven the one has the other.
FOLLOWS = {
    Step.ACCOUNT: [Step.APPLICATION, Step.SECRET],
    Step.APPLICATION: [Step.SECRET, Step.REDIRECT],
    Step.INTEGRATION_ASKED: [Step.INTEGRATION_APPROVED],
    Step.PUBLISHED: [Step.AUDIENCE, Step.COMPANY],
    Step.LOGO: [Step.PUBLISHED],
}


class NotToTick(Exception):
    """The step is proven by a call, or is no step of this application."""


@dataclass(slots=True)
class Item:
    """One step as it stands. ``how`` is proven, ticked, follows, kept or empty."""

    step: ChecklistStep.Step
    state: State
    row: ChecklistStep | None = None
    how: str = ""
    at: datetime | None = None
    # Done, and about to end: an invitation code in its last day.
    is_ending: bool = False
    may_tick: bool = False

    @property
    def finding(self) -> str:
        return self.row.finding if self.row else ""

    @property
    def by(self) -> User | None:
        return self.row.ticked_by if self.row and self.how == "ticked" else None


@dataclass(frozen=True, slots=True)
class Checklist:
    items: list[Item]

    @property
    def needed(self) -> list[Item]:
        return [item for item in self.items if item.state != "not_needed"]

    @property
    def done(self) -> int:
        return sum(item.state == "done" for item in self.needed)

    @property
    def left(self) -> int:
        return len(self.needed) - self.done

    @property
    def next(self) -> Item | None:
        """What went wrong first, else the first step whose turn it is."""
        wanted = [item for item in self.needed if item.state in {"failed", "todo"}]
        return min(wanted, key=lambda item: item.state != "failed", default=None)


def checklist(application: Application, *, now: datetime) -> Checklist:
    """Prefetch ``checklist`` where there are several applications."""
    rows = {row.step: row for row in application.checklist.all()}
    items = {step: _item(application, step, rows.get(step), now) for step in Step}
    _let_follow(items)
    for item in items.values():
        if item.state == "todo" and any(_is_open(items[before]) for before in _before(item)):
            item.state = "waits"
    return Checklist(list(items.values()))


def tick(
    application: Application,
    step: str,
    *,
    choice: str = "",
    by: User,
    now: datetime,
) -> None:
    """A person says that the step is done. Raises NotToTick."""
    _check_ticked(application, step)
    finding = choice if step == Step.AUDIENCE and choice in AUDIENCES else ""
    ChecklistStep.objects.update_or_create(
        application=application,
        step=step,
        defaults={"ticked_at": now, "ticked_by": by, "finding": finding, "refuted_at": None},
    )
    application_events.record(application, "step.ticked", by=by, now=now, step=step, choice=finding)


def untick(application: Application, step: str, *, by: User, now: datetime) -> None:
    """It was not done after all. Raises NotToTick."""
    _check_ticked(application, step)
    rows = application.checklist.filter(step=step, ticked_at__isnull=False)
    if rows.update(ticked_at=None, ticked_by=None, finding=""):
        application_events.record(application, "step.unticked", by=by, now=now, step=step)


def _check_ticked(application: Application, step: str) -> None:
    if step not in TICKED[Kind(application.kind)]:
        raise NotToTick


def _item(
    application: Application, step: ChecklistStep.Step, row: ChecklistStep | None, now: datetime
) -> Item:
    kind = Kind(application.kind)
    if step in NOT_NEEDED[kind]:
        return Item(step, "not_needed")
    if step == Step.INVITATION_CODE:
        return _code(application, now)
    item = Item(step, "todo", row, may_tick=step in TICKED[kind])
    if row is not None and row.refuted_at:
        item.state, item.at = "failed", row.refuted_at
    elif row is not None and row.proven_at:
        item.state, item.how, item.at = "done", "proven", row.proven_at
    elif row is not None and row.ticked_at:
        item.state, item.how, item.at = "done", "ticked", row.ticked_at
    return item


def _code(application: Application, now: datetime) -> Item:
    audience = application.checklist.all()
    if any(row.step == Step.AUDIENCE and row.finding == PUBLIC for row in audience):
        return Item(Step.INVITATION_CODE, "not_needed")
    if not application.invitation_code:
        return Item(Step.INVITATION_CODE, "todo")
    ends_at = code_ends_at(application)
    if ends_at is not None and ends_at <= now:
        return Item(Step.INVITATION_CODE, "failed", at=ends_at)
    is_ending = ends_at is not None and ends_at - now <= CODE_WARNING
    made_at = application.invitation_code_made_at
    return Item(Step.INVITATION_CODE, "done", how="kept", at=made_at, is_ending=is_ending)


def _let_follow(items: dict[ChecklistStep.Step, Item]) -> None:
    for step in reversed(Step):
        item = items[step]
        proofs = [items[later] for later in FOLLOWS.get(step, []) if items[later].state == "done"]
        if item.state == "todo" and proofs:
            item.state, item.how, item.at = "done", "follows", proofs[0].at


def _before(item: Item) -> list[ChecklistStep.Step]:
    return AFTER.get(item.step, [])


def _is_open(item: Item) -> bool:
    return item.state not in {"done", "not_needed"}
