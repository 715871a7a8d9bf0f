"""Steps of an application's checklist in words: where to click at Visma, and what a call found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.models import Application, ChecklistStep
from integrations.connections.models.applications import Kind
from integrations.connections.services import addresses, scopes
from integrations.connections.services.checklist import Item

Step = ChecklistStep.Step

YOU = n("You, in the Developer Portal")
_GROUPS = {
    n("In the Developer Portal"): [
        Step.ACCOUNT,
        Step.APPLICATION,
        Step.SECRET,
        Step.REDIRECT,
        Step.INTEGRATION_ASKED,
    ],
    n("By Visma"): [Step.INTEGRATION_APPROVED, Step.LOGO],
    n("In the App Store"): [Step.PUBLISHED, Step.AUDIENCE, Step.INVITATION_CODE],
    n("At work"): [Step.REACHABLE, Step.COMPANY],
}
_WHERE = {
    Step.ACCOUNT: n("Create account, Accept, enter your organisation, Complete setup."),
    Step.APPLICATION: n("My Applications, Add application, then the type as it stands here, Save."),
    Step.SECRET: n(
        "The application, Credentials, Generate secret. Copy it at once and add it here."
    ),
    Step.REDIRECT: n("The application, Details, Redirect URIs: paste this address, then Save."),
    Step.INTEGRATION_ASKED: n(
        "The application, Integrations, New integration: choose the API, tick these scopes, "
        "confirm."
    ),
    Step.INTEGRATION_APPROVED: n("Nothing to press. The owner of the application gets a mail."),
    Step.LOGO: n(
        "The application, Details, Upload a logo. The owner gets a mail once it is approved."
    ),
    Step.PUBLISHED: n(
        "My Applications, More, Publish to the App Store. It asks for your website, your privacy "
        "policy and your terms."
    ),
    Step.AUDIENCE: n(
        "In the same form. Invite only: customers need a code. Publicly available: everybody finds "
        "it, once Visma has looked at it."
    ),
    Step.INVITATION_CODE: n("In the same form: Add new code, Generate. Write the code down here."),
    Step.REACHABLE: n("Nothing to press at Visma. If it fails, look at the portal’s settings."),
    Step.COMPANY: n("Invite a tenant. It counts as soon as its first company works."),
}
_AT_VNI = {
    Step.APPLICATION: n("VNI has no portal: Visma’s partner service makes the client id, by mail."),
    Step.REDIRECT: n("Send this address to Visma’s partner service together with the application."),
    Step.SECRET: n("It comes from Visma’s partner service. Add it here at once."),
}
_WHO = {
    Step.INTEGRATION_APPROVED: n("The API’s team at Visma"),
    Step.LOGO: n("You upload it, Visma approves it"),
    Step.AUDIENCE: n("You; Visma looks at public ones"),
    Step.REACHABLE: n("Nobody: the portal asks Visma"),
}
_CUSTOMERS = {
    Kind.SERVICE: n("The customer’s integration administrator"),
    Kind.CONNECT: n("Somebody of the customer who signs in at Visma"),
    Kind.VNI: n("Somebody of the customer who signs in at Visma"),
}
_FINDINGS = {
    "keys_read": n("Visma’s addresses and keys can be read."),
    "settings_differ": n("Visma names other addresses than the portal’s settings."),
    "no_keys": n("Visma’s key set holds no key we can use."),
    "no_answer": n("Visma did not answer. The other steps stay as they were."),
    "secret_taken": n("Visma takes it."),
    "secret_refused": n("Visma refuses every secret kept here."),
    "client_known": n("Visma knows the client id."),
    "sent_back": n("Visma sends people back to this address."),
    "sign_in_stopped": n(
        "Visma stops the sign-in: client id or redirect address differ. In the Developer Portal, "
        "More, Debugger tells what this Error-ID stands for."
    ),
    "scopes_taken": n("Visma takes every scope that a consent asks for."),
    "scopes_stopped": n(
        "Visma knows the application and refuses the scopes: one is not approved, or offline "
        "access is off. In the Developer Portal, More, Debugger tells what this Error-ID stands "
        "for."
    ),
    "scopes_granted": n("A token came with every scope."),
    "token_given": n("Visma gave a token for a company that approved it."),
    "read_succeeded": n("Orders could be read in a company."),
    "approval_gone": n("No company has it approved any more."),
    "invite_only": n("Invite only."),
    "public": n("Publicly available."),
}
_NOT_NEEDED = {
    Kind.CONNECT: n("Only to switch a company to service mode. A person’s consent needs none."),
    Kind.SERVICE: n("Nobody is sent back from the App Store."),
    Kind.VNI: n("VNI knows no such thing."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One step in the reader's language. ``copied``: what to paste at Visma."""

    item: Item
    title: str
    where: str
    who: str
    found: str
    copied: str = ""


@dataclass(slots=True)
class Group:
    title: str
    steps: list[Shown] = field(default_factory=list)

    @property
    def needed(self) -> int:
        return sum(shown.item.state != "not_needed" for shown in self.steps)

    @property
    def done(self) -> int:
        return sum(shown.item.state == "done" for shown in self.steps)


def groups(application: Application, items: list[Item]) -> list[Group]:
    by_step = {item.step: item for item in items}
    return [
        Group(_(title), [_shown(application, by_step[step]) for step in steps])
        for title, steps in _GROUPS.items()
    ]


def step_title(application: Application, step: ChecklistStep.Step) -> str:
    if step == Step.COMPANY and application.kind != Kind.SERVICE:
        return _("A company is connected")
    return str(step.label)


def _shown(application: Application, item: Item) -> Shown:
    kind, step = Kind(application.kind), item.step
    where = (_AT_VNI if kind == Kind.VNI else {}).get(step) or _WHERE[step]
    who = _CUSTOMERS[kind] if step == Step.COMPANY else _WHO.get(step, YOU)
    found = _FINDINGS.get(item.finding, "")
    if item.state == "not_needed":
        found = _FINDINGS["public"] if _is_public(item, kind) else _NOT_NEEDED[kind]
    return Shown(
        item,
        step_title(application, step),
        _(where),
        _(who),
        _(found) if found else "",
        _COPIED.get(step, _nothing)(application),
    )


def _is_public(item: Item, kind: Kind) -> bool:
    return kind == Kind.SERVICE and item.step == Step.INVITATION_CODE


def _nothing(application: Application) -> str:
    return ""


def _redirect(application: Application) -> str:
    return addresses.redirect_uri(application.kind)


def _scopes(application: Application) -> str:
    return "\n".join(scopes.of_application(application))


_COPIED: dict[ChecklistStep.Step, Callable[[Application], str]] = {
    Step.REDIRECT: _redirect,
    Step.INTEGRATION_ASKED: _scopes,
}
