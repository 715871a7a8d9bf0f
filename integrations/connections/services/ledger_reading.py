"""The consent ledger as people read it: found, paged by key, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.audit.models import AuditEvent, AuditEventQuerySet, Happened
from integrations.audit.services import chain
from integrations.connections.models.applications import Kind
from integrations.connections.services.ledger import CLOSING
from integrations.connections.services.wording import Right, rights_of
from integrations.tenants.models import Tenant

PAGE = 50
# What a person filters by, in the order of the chips; "" is everything.
FILTERS: dict[str, tuple[str, tuple[Happened, ...]]] = {
    "": (n("All"), ()),
    "given": (n("Given"), (Happened.GRANTED, Happened.RENEWED)),
    "changed": (n("Changed"), (Happened.LESSENED, Happened.WIDENED)),
    "ended": (n("Ended"), (Happened.WITHDRAWN, Happened.ENDED, Happened.SUPERSEDED)),
}
_WORDS = {
    Happened.GRANTED: n("Consent given"),
    Happened.RENEWED: n("Consent renewed"),
    Happened.LESSENED: n("Fewer rights than before"),
    Happened.WIDENED: n("More rights than before"),
    Happened.WITHDRAWN: n("Withdrawn here"),
    Happened.ENDED: n("Ended at Visma"),
    Happened.SUPERSEDED: n("Replaced by a newer sign-in"),
}
_BY_APPROVAL = {
    Happened.GRANTED: n("Approved in the App Store"),
    Happened.RENEWED: n("Approved again in the App Store"),
    Happened.ENDED: n("Approval gone from the App Store"),
}
_BY_CAUSE = {
    "approval_withdrawn": n("Approval withdrawn in the App Store"),
    "refresh_lost": n("Ended: Visma’s answer to a renewal was lost"),
    "another_grant": n("Goes on under another access"),
    "scope_off": n("A right was switched off in the App Store"),
}
_STATES = {
    Happened.GRANTED: "passed",
    Happened.RENEWED: "passed",
    Happened.WIDENED: "passed",
    Happened.LESSENED: "ended",
    Happened.ENDED: "ended",
    Happened.SUPERSEDED: "ended",
    Happened.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the ledger, for a page."""

    event: AuditEvent

    @property
    def happened(self) -> Happened:
        return Happened(self.event.verb)

    @property
    def word(self) -> str:
        cause = self.event.facts.get("because", "")
        if cause in _BY_CAUSE:
            return _(_BY_CAUSE[cause])
        by_approval = self.event.facts.get("kind") == Kind.SERVICE
        words = _WORDS | _BY_APPROVAL if by_approval else _WORDS
        return _(words[self.happened])

    @property
    def state(self) -> str:
        """For the tag ``status``."""
        return _STATES[self.happened]

    @property
    def company(self) -> str:
        return str(self.event.personal.get("company_name") or self.event.facts.get("company", ""))

    @property
    def person(self) -> str:
        """Who acted: the Visma user who consented, or who disconnected here."""
        names = ("by", "email") if self.happened is Happened.WITHDRAWN else ("email", "visma_user")
        return next(
            (str(self.event.personal[name]) for name in names if name in self.event.personal), ""
        )

    @property
    def is_erased(self) -> bool:
        """Whether a person was named here who has been forgotten since."""
        return any(name in self.event.seals for name in ("email", "by")) and not self.person

    @property
    def address(self) -> str:
        return str(self.event.personal.get("address", ""))

    @property
    def text(self) -> str:
        return str(self.event.facts.get("text", ""))

    @property
    def language(self) -> str:
        code = str(self.event.facts.get("language", ""))
        return str(dict(settings.LANGUAGES).get(code, code))

    @property
    def rights(self) -> list[Right]:
        return rights_of(self.event.facts.get("scopes", []))

    @property
    def holds(self) -> bool:
        return chain.holds(self.event)


@dataclass(frozen=True, slots=True)
class Page:
    """``newer`` and ``older`` are keys to go on from; None at an end."""

    rows: list[Entry]
    newer: int | None = None
    older: int | None = None


def found(tenant: Tenant | None, wanted: dict[str, Any]) -> AuditEventQuerySet:
    """What a search finds: in one tenant's ledger, or for staff in all of them."""
    events = AuditEvent.objects.of_ledger().select_related("tenant")
    if tenant is not None:
        events = events.filter(tenant=tenant)
    _label, verbs = FILTERS[wanted.get("state") or ""]
    if verbs:
        events = events.filter(verb__in=verbs)
    if wanted.get("company"):
        events = events.filter(facts__connection=wanted["company"])
    sought = (wanted.get("q") or "").strip()
    if sought:
        events = events.filter(_names(sought))
    return events


def page_of(
    events: AuditEventQuerySet, *, key: str, before: int | None = None, after: int | None = None
) -> Page:
    """Up to ``PAGE`` entries older than ``before`` or newer than ``after``, or the newest.

    ``key`` is what the walk goes by: ``number`` in one chain, ``pk`` over all.
    """
    if after is not None:
        nearest = list(events.filter(**{f"{key}__gt": after}).order_by(key)[: PAGE + 1])
        if len(nearest) <= PAGE:
            # The newest page is always a full one.
            return page_of(events, key=key)
        rows = nearest[:PAGE][::-1]
        return Page(_entries(rows), getattr(rows[0], key), getattr(rows[-1], key))
    if before is not None:
        events = events.filter(**{f"{key}__lt": before})
    rows = list(events.order_by(f"-{key}")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return Page(
        _entries(rows),
        newer=getattr(rows[0], key) if rows and before is not None else None,
        older=getattr(rows[-1], key) if more else None,
    )


def standing(tenant: Tenant) -> int:
    """How many of the tenant's consents stand now."""
    newest: dict[int, str] = {}
    events = AuditEvent.objects.of_ledger().filter(tenant=tenant).order_by("number")
    for connection, verb in events.values_list("facts__connection", "verb").iterator():
        newest[connection] = verb
    return sum(verb not in CLOSING for verb in newest.values())


def history(entry: Entry) -> list[Entry]:
    """All that the ledger tells of the entry's connection, newest first."""
    events = AuditEvent.objects.of_ledger().filter(
        tenant=entry.event.tenant_id, facts__connection=entry.event.facts["connection"]
    )
    return _entries(list(events.order_by("-number")[:PAGE]))


def download(tenant: Tenant, *, with_addresses: bool) -> Iterator[dict[str, Any]]:
    """Each entry with all that its digest was made of, oldest first."""
    events = AuditEvent.objects.of_ledger().filter(tenant=tenant).order_by("number")
    hidden = set() if with_addresses else {"address"}
    for event in events.iterator():
        yield {
            **chain.covered(event),
            "personal": {k: v for k, v in event.personal.items() if k not in hidden},
            "seals": {
                k: {"digest": seal["digest"]} if k in hidden else seal
                for k, seal in event.seals.items()
            },
            "digest": event.digest,
        }


def _names(sought: str) -> Q:
    named = Q(facts__company__iexact=sought)
    for name in ("email", "visma_user", "by", "company_name", "company_number"):
        named |= Q(**{f"personal__{name}__icontains": sought})
    return named


def _entries(events: list[AuditEvent]) -> list[Entry]:
    return [Entry(event) for event in events]
