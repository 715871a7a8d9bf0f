"""Lanes of all tenants: what waits, what Visma allows, what stands still and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from integrations.console.forms import LANE_STATES, LaneForm
from integrations.console.services import lane_history, lanes
from integrations.console.services.keys import newest_first
from integrations.console.services.lane_words import held_word
from integrations.console.services.lanes import Allowance, Row
from integrations.console.views.frame import page, query
from integrations.deliveries.models import Lane
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.standing import MOST
from integrations.tenants.access import SignedInRequest, staff_only


@require_safe
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    wanted, now = LaneForm(request.GET).wanted(), database_now()
    state, sought = wanted["state"] or "", wanted["q"] or ""
    found = newest_first(
        lanes.found(state, sought, now=now), before=wanted["before"], after=wanted["after"]
    )
    rows = lanes.rows_of(found.rows, now=now)
    longest = max((row.queued + row.needs_person for row in rows), default=0)
    shut = _number("shut", now)
    return page(
        request,
        "console/lanes.html",
        {
            "rows": [_shown(row, longest) for row in rows],
            "any": bool(rows) or Lane.objects.exists(),
            "shut": shut,
            "resting": _number("resting", now),
            "sought": sought,
            "state": state,
            "chips": [
                {"label": label, "here": name == state, "url": query(state=name, q=sought)}
                for name, label in LANE_STATES.items()
            ],
            "newer_url": query(state=state, q=sought, after=found.newer) if found.newer else "",
            "older_url": query(state=state, q=sought, before=found.older) if found.older else "",
        },
    )


@require_safe
@staff_only
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    now = database_now()
    lane = get_object_or_404(lanes.found("", "", now=now), pk=pk)
    (row,) = lanes.rows_of([lane], now=now)
    attempts, looks = lane_history.newest_of(lane)
    return page(
        request,
        "console/lane.html",
        _shown(row, row.queued + row.needs_person) | {"attempts": attempts, "looks": looks},
    )


def _number(state: str, now: Any) -> int:
    return lanes.found(state, "", now=now).order_by()[:MOST].count()


def _shown(row: Row, longest: int) -> dict[str, Any]:
    return {
        "row": row,
        "lane": row.lane,
        "word": held_word(row.held) if row.held else _("Being served") if row.leased else "",
        "queue": _queue(row, longest),
        "queue_name": ngettext("One order waits", "%(n)s orders wait", row.queued)
        % {"n": row.queued},
        "allowances": [(one, _used(one)) for one in row.allowances],
    }


def _queue(row: Row, longest: int) -> list[dict[str, object]]:
    """Segments of a bar that is as long as the queue beside the page's longest."""
    parts = [
        (row.sending, "", _("%(n)s out")),
        (row.pending, "still", _("%(n)s waiting")),
        (row.uncertain, "doubt", _("%(n)s uncertain")),
        (row.needs_person, "bad", _("%(n)s need a person")),
    ]
    segments: list[dict[str, object]] = [
        {"value": number, "tone": tone, "label": text % {"n": _up_to(number)}}
        for number, tone, text in parts
        if number
    ]
    rest = longest - row.queued - row.needs_person
    return [*segments, {"value": rest, "tone": "rest", "label": ""}] if segments else []


def _up_to(number: int) -> str:
    return f"{number}+" if number >= MOST else str(number)


def _used(one: Allowance) -> list[dict[str, object]]:
    tone = "" if one.tone == "accent" else one.tone
    return [
        {"value": one.used, "tone": tone, "label": ""},
        {"value": one.left - one.kept, "tone": "rest", "label": ""},
        {"value": one.kept, "tone": "kept", "label": ""},
    ]
