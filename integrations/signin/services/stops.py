"""Why a sign-in with Visma stopped, in words: what, who, how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.services.findings import explain


class Stop(StrEnum):
    """Those that a consent knows too have its codes, and its words for what happened."""

    STATE_UNKNOWN = "state_unknown"
    STATE_USED = "state_used"
    TOO_LATE = "too_late"
    OTHER_BROWSER = "other_browser"
    ANSWER_REFUSED = "answer_refused"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - the name of a stop, not a secret
    DENIED = "denied"
    VISMA_DOWN = "visma_down"
    OUR_FAULT = "our_fault"
    UNKNOWN_USER = "unknown_user"
    STAFF = "staff"
    TAKEN = "taken"
    LINKED_ALREADY = "linked_already"
    NOT_YOU = "not_you"
    SESSION_OVER = "session_over"


class Stopped(Exception):
    """The sign-in ends here; nobody is signed in and nothing is linked."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop)
        self.stop = stop


@dataclass(frozen=True, slots=True)
class Told:
    """In the reader's language."""

    code: Stop
    heading: str
    what: str
    who: str
    how: str
    status: int


_STATUS = {
    Stop.STATE_UNKNOWN: HTTPStatus.BAD_REQUEST,
    Stop.ANSWER_REFUSED: HTTPStatus.BAD_REQUEST,
    Stop.TOKEN_REFUSED: HTTPStatus.BAD_REQUEST,
    Stop.STATE_USED: HTTPStatus.GONE,
    Stop.TOO_LATE: HTTPStatus.GONE,
    Stop.OTHER_BROWSER: HTTPStatus.FORBIDDEN,
    Stop.NOT_YOU: HTTPStatus.FORBIDDEN,
    Stop.UNKNOWN_USER: HTTPStatus.FORBIDDEN,
    Stop.STAFF: HTTPStatus.FORBIDDEN,
}
_TEXTS = {
    Stop.UNKNOWN_USER: (
        n("No log-in here goes with this Visma user"),
        n("Visma told us who you are, and nobody has linked that Visma user to a log-in. "
          "Nothing was kept."),
        n("You, if you have a log-in. Else an owner of your company’s workspace."),
        n("Sign in with your e-mail address and password, and link your Visma user under “How you "
          "sign in”. Without a log-in, ask an owner to give you access."),
    ),
    Stop.STAFF: (
        n("Staff sign in with a password here"),
        n("Your log-in reaches every tenant, so a Visma user does not open it."),
        n("You."), n("Sign in with your e-mail address and password."),
    ),
    Stop.TAKEN: (
        n("This Visma user opens another log-in"),
        n("One Visma user goes with one log-in. Nothing was changed."),
        n("You."),
        n("Sign in at Visma as another user, or take the link off the other log-in first."),
    ),
    Stop.LINKED_ALREADY: (
        n("Your log-in has a Visma user already"),
        n("One log-in goes with one Visma user. Nothing was changed."),
        n("You."), n("Take the link off first, then link the other Visma user."),
    ),
    Stop.NOT_YOU: (
        n("You are not signed in as who began this"),
        n("A Visma user is linked by the person who asked for it, in one go. Nothing was changed."),
        n("You."), n("Sign in and press “Link your Visma user” once more."),
    ),
    Stop.SESSION_OVER: (
        n("You signed out at Visma meanwhile"),
        n("Visma told us that this session has ended, so we did not begin one here."),
        n("You."), n("Begin again from the sign-in page."),
    ),
}  # fmt: skip


def tell(stop: Stop) -> Told:
    status = _STATUS.get(stop, HTTPStatus.OK)
    if stop in _TEXTS:
        heading, what, who, how = _TEXTS[stop]
        return Told(stop, _(heading), _(what), _(who), _(how), status)
    told = explain(stop.value)
    how = _("Begin again from the sign-in page.")
    if stop is Stop.VISMA_DOWN:
        how = _("Wait a few minutes, or sign in with your password.")
    elif stop is Stop.OUR_FAULT:
        how = _("Sign in with your password until %(vendor)s has mended it.") % {
            "vendor": settings.VENDOR_NAME
        }
    return Told(stop, told.heading, told.what, told.who, how, status)
