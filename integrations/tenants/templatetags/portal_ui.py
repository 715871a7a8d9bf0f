"""What templates need to look alike: shapes, states, times, numbers (see `docs/pages.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

register = template.Library()


@dataclass(frozen=True)
class Vendor:
    """The ISV that runs this portal."""

    name: str
    support_email: str
    is_sandbox: bool


@dataclass(frozen=True)
class Look:
    """How a state looks: the shape in `icons.svg`, the tone, and the word beside it."""

    shape: str
    tone: str
    word: str | Promise


STATES: dict[str, Look] = {
    "works": Look("passed", "good", _("Works")),
    "connected": Look("passed", "good", _("Works")),
    "delivered": Look("passed", "good", _("Delivered")),
    "passed": Look("passed", "good", _("Passed")),
    "sending": Look("sending", "accent", _("Sending")),
    "looking": Look("search", "accent", _("Looking")),
    "checking": Look("search", "accent", _("Being checked")),
    "invited": Look("mail", "still", _("Invited")),
    "consent_pending": Look("pending", "wait", _("Consent not finished")),
    "approval_pending": Look("pending", "wait", _("Waits for the approval")),
    "unconfirmed": Look("pending", "wait", _("Waits for a yes")),
    "needs_role": Look("failed", "bad", _("Needs a role")),
    "wrong_company": Look("failed", "bad", _("Wrong company")),
    "needs_consent": Look("failed", "bad", _("Needs a new consent")),
    "superseded": Look("failed", "bad", _("Ended by another sign-in")),
    "scope_missing": Look("failed", "bad", _("A right is missing")),
    "with_us": Look("held", "wait", _("Held by us")),
    "accepted": Look("accepted", "still", _("Accepted")),
    "pending": Look("pending", "still", _("Pending")),
    "waits": Look("pending", "still", _("Waits")),
    "held": Look("held", "wait", _("Held")),
    "paused": Look("held", "wait", _("Paused")),
    "ended": Look("ended", "wait", _("Ended")),
    "expired": Look("ended", "wait", _("Ended")),
    "withdrawn": Look("cancelled", "still", _("Withdrawn")),
    "uncertain": Look("uncertain", "doubt", _("Uncertain")),
    "needs_you": Look("needs-you", "bad", _("Needs you")),
    "rejected": Look("needs-you", "bad", _("Needs you")),
    "parked": Look("needs-you", "bad", _("Needs you")),
    "refused": Look("failed", "bad", _("Refused")),
    "broken": Look("failed", "bad", _("Broken")),
    "warned": Look("needs-you", "wait", _("Look at this")),
    "failed": Look("failed", "bad", _("Failed")),
    "cancelled": Look("cancelled", "still", _("Cancelled")),
    "disconnected": Look("cancelled", "still", _("Disconnected")),
}
TONE_SHAPES = {
    "good": "passed",
    "wait": "held",
    "bad": "failed",
    "doubt": "uncertain",
    "accent": "note",
}
DASH = mark_safe('<span class="none">–</span>')


@register.simple_tag
def vendor() -> Vendor:
    """Read from settings, not from the request: error pages and mails have none."""
    return Vendor(settings.VENDOR_NAME, settings.SUPPORT_EMAIL, not settings.PRODUCTION)


@register.simple_tag
def icon(name: str, label: str = "", size: int = 16) -> SafeString:
    """A shape of `icons.svg`. Without a label it is decoration and hidden from screen readers."""
    kind = "icon" if size == 16 else f"icon size-{size}"
    source = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            kind,
            label,
            source,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', kind, source
    )


def look_of(state: str, word: str = "") -> dict[str, object]:
    """The look of a state by its name; one we don't know is a plain ring with its own name."""
    look = STATES.get(state, Look("pending", "still", state))
    return {"shape": look.shape, "tone": look.tone, "word": word or look.word}


@register.inclusion_tag("parts/status.html")
def status(state: str, word: str = "") -> dict[str, object]:
    """Shape, tone and word of a state. `word` replaces the usual word."""
    return look_of(str(state), word)


@register.inclusion_tag("parts/proof.html")
def proof(
    state: str, proven_at: datetime | None = None, old: bool = False, next_step: str = ""
) -> dict[str, object]:
    """A state with when it was last proven, and what to do next.

    `old` after two periods without a proof.
    """
    return {"state": str(state), "proven_at": proven_at, "old": old, "next_step": next_step}


@register.filter
def shape(tone: str) -> str:
    """The shape that goes with a tone, for callouts."""
    return TONE_SHAPES.get(tone, "note")


@register.filter
def state_shape(state: str) -> str:
    """The shape of a state."""
    return STATES.get(str(state), STATES["pending"]).shape


@register.filter
def state_tone(state: str) -> str:
    """The tone of a state: good, wait, bad, doubt, accent or still."""
    return STATES.get(str(state), STATES["pending"]).tone


def _time_element(moment: datetime, text: str) -> SafeString:
    full = format_date(moment, pgettext("full date and time", "D j M Y, H:i:s T"))
    stamp = moment.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, full, text)


@register.filter
def when(moment: datetime | None, detail: str = "") -> SafeString:
    """Today 14:02, this week Thu 19 Nov, else 19 Nov 2026.

    `detail` "clock" adds the time to other days, "seconds" shows 14:02:18 everywhere.
    """
    if not moment:
        return DASH
    local = timezone.localtime(moment)
    days_off = abs((local.date() - timezone.localdate()).days)
    clock = format_date(local, "H:i:s" if detail == "seconds" else "H:i")
    if days_off == 0:
        return _time_element(local, clock)
    this_week, other = pgettext("this week", "D j M"), pgettext("another week", "j M Y")
    day = format_date(local, this_week if days_off < 7 else other)
    return _time_element(local, f"{day} {clock}" if detail else day)


@register.filter
def ago(moment: datetime | None) -> SafeString:
    """3 s ago, 2 min ago; from an hour on, the time. Only for proofs and countdowns."""
    if not moment:
        return DASH
    passed = timezone.now() - moment
    if not timedelta() <= passed < timedelta(hours=1):
        return when(moment)
    seconds = int(passed.total_seconds())
    if seconds < 60:
        text = ngettext("%(n)d s ago", "%(n)d s ago", seconds) % {"n": seconds}
    else:
        text = ngettext("%(n)d min ago", "%(n)d min ago", seconds // 60) % {"n": seconds // 60}
    return _time_element(timezone.localtime(moment), text)


@register.filter
def number(value: float | Decimal | None, decimals: int | None = None) -> SafeString:
    """A number in the reader's way of writing; zero is quiet, None is a dash."""
    if value is None:
        return DASH
    written = number_format(value, decimals, use_l10n=True, force_grouping=True)
    return format_html('<span class="number{}">{}</span>', "" if value else " zero", written)


@register.filter
def money(value: Decimal | None, currency: str = "") -> SafeString:
    """An amount with two decimals and the currency after it."""
    if value is None:
        return DASH
    written = number_format(value, 2, use_l10n=True, force_grouping=True)
    return format_html(
        '<span class="number">{}\N{NO-BREAK SPACE}<span class="unit">{}</span></span>',
        written,
        currency,
    )


@register.filter
def under(path: str, url: str) -> bool:
    """Whether a page's path lies at or below an address: "you are here" in the menu."""
    return bool(url) and (path == url or path.startswith(url.rstrip("/") + "/"))


@register.inclusion_tag("parts/bar.html")
def bar(segments: Iterable[Mapping[str, object]], name: str = "") -> dict[str, object]:
    """A bar in proportion with a legend. Segments: value (number), tone, label (may be empty)."""
    placed, start = [], 0.0
    shares = [(segment, float(str(segment["value"]))) for segment in segments]
    total = sum(share for _segment, share in shares) or 1.0
    for segment, share in shares:
        width = 100 * share / total
        placed.append({**segment, "x": f"{start:.3f}", "width": f"{width:.3f}"})
        start += width
    return {"segments": placed, "name": name}
