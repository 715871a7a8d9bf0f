"""Where Visma sends people back to, and the pages that follow."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from integrations.connections.forms import CompanyForm
from integrations.connections.models import Connection, PendingConsent
from integrations.connections.models.applications import Kind
from integrations.connections.services import choosing, companies, consent, doctor, redemption
from integrations.connections.services.consent import ConsentRefused
from integrations.connections.services.findings import Finding, explain
from integrations.connections.views import steps
from integrations.connections.views.outcomes import show_connections, show_stop
from integrations.connections.views.visits import (
    SeeOther,
    public,
    visit_of,
    without_referrer,
)
from integrations.tenants.models import User

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
# What Django raises at a form it can't read.
UNREADABLE = (
    BadRequest,
    MultiPartParserError,
    SuspiciousOperation,
    UnreadablePostError,
)


@csrf_exempt
@public("GET", "POST")
def callback_connect(request: HttpRequest) -> HttpResponse:
    """Visma's answer. The address with the code in it is left at once; a HEAD redeems none."""
    if request.method == "POST":
        return without_referrer(_keep_post(request))
    return _arrive(request, Kind.CONNECT)


@public("GET")
def callback_vni(request: HttpRequest) -> HttpResponse:
    """VNI's answer: the state and this browser's cookie are all that vouch for it."""
    return _arrive(request, Kind.VNI)


def _arrive(request: HttpRequest, kind: Kind) -> HttpResponse:
    try:
        arrived = consent.finish(
            _taken_query(request),
            kind=kind,
            browser=visit_of(request).browser,
            now=timezone.now(),
        )
    except ConsentRefused as refused:
        return without_referrer(_stopped(refused.finding))
    return without_referrer(_to_consent(arrived))


@public("GET")
def finish_posted(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """The one GET after an answer by POST; here the browser's cookie comes along."""
    try:
        arrived = consent.finish_posted(
            consent_id, browser=visit_of(request).browser, now=timezone.now()
        )
    except ConsentRefused as refused:
        return _stopped(refused.finding)
    return _to_consent(arrived)


@public("GET", "HEAD")
def show_consent(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """What came of a consent, in the browser that began it."""
    pending = consent.of_browser(consent_id, browser=visit_of(request).browser)
    if pending is None:
        return _stopped(Finding.OTHER_BROWSER)
    match pending.outcome:
        case PendingConsent.Outcome.CHOOSING:
            return _show_companies(request, pending, CompanyForm(companies=pending.companies))
        case PendingConsent.Outcome.GRANTED:
            return show_connections(
                request,
                pending.invitation,
                _connections(pending),
                look_at=reverse("connections:look", args=[pending.pk]),
                switch_at=reverse("connections:check-approval", args=[pending.pk]),
            )
        case PendingConsent.Outcome.FAILED:
            return _show_failed(request, pending)
    if pending.consumed_at is None:
        return SeeOther(reverse("connections:start"))
    return render(
        request,
        "connections/finishing.html",
        {"consent": pending, **steps.frame(pending.invitation, steps.SIGN_IN)},
    )


@public("POST")
def choose_companies(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """The person confirmed the company, or picked some; now the doctor goes there."""
    pending = consent.of_browser(consent_id, browser=visit_of(request).browser)
    if pending is None:
        return _stopped(Finding.OTHER_BROWSER)
    if pending.outcome != PendingConsent.Outcome.CHOOSING:
        return _to_consent(pending)
    form = CompanyForm(request.POST, companies=pending.companies)
    if not form.is_valid():
        return _show_companies(request, pending, form)
    choosing.connect(
        pending,
        form.chosen(),
        number_given=form.cleaned_data["number"],
        by=request.user if isinstance(request.user, User) else None,
        now=timezone.now(),
    )
    return _to_consent(pending)


@public("POST")
def go_on(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Another Visma user signed in than was said, and that was meant."""
    pending = consent.of_browser(consent_id, browser=visit_of(request).browser)
    if pending is None:
        return _stopped(Finding.OTHER_BROWSER)
    redemption.go_on(pending, now=timezone.now())
    return _to_consent(pending)


@public("POST")
def look(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """The press “Look now”."""
    pending = consent.of_browser(consent_id, browser=visit_of(request).browser)
    if pending is None:
        return _stopped(Finding.OTHER_BROWSER)
    for connection in _connections(pending):
        doctor.examine(connection, now=timezone.now())
    return _to_consent(pending)


def _keep_post(request: HttpRequest) -> HttpResponse:
    try:
        pending = consent.keep_post(_posted(request), kind=Kind.CONNECT, now=timezone.now())
    except ConsentRefused as refused:
        return _stopped(refused.finding)
    return SeeOther(reverse("connections:finish-posted", args=[pending.pk]))


def _show_companies(
    request: HttpRequest, pending: PendingConsent, form: CompanyForm
) -> HttpResponse:
    found = companies.as_read(pending.companies)
    cut_off = _cut_off(pending)
    return render(
        request,
        "connections/companies.html",
        {
            "consent": pending,
            "candidates": found,
            "only": found[0] if len(found) == 1 else None,
            "form": form,
            "who": pending.grant.visma_user_email if pending.grant else "",
            "not_declared": _is_other_than_declared(pending),
            "over_vni": pending.grant is not None and pending.grant.kind == Kind.VNI,
            "cut_off": cut_off,
            "held": {each.company.visma_key for each in cut_off},
            "focus_heading": True,
            **steps.frame(pending.invitation, steps.COMPANY),
        },
    )


def _is_other_than_declared(pending: PendingConsent) -> bool:
    signed_in = pending.grant.visma_user_email if pending.grant else ""
    declared = pending.declared_user
    return bool(declared and signed_in) and declared.casefold() != signed_in.casefold()


def _show_failed(request: HttpRequest, pending: PendingConsent) -> HttpResponse:
    if pending.finding == Finding.OTHER_USER:
        return _show_other_user(request, pending)
    wanted = pending.invitation.reconnects
    found = companies.as_read(pending.companies)
    first = found[0].label if found else ""
    return show_stop(
        request,
        pending.finding,
        pending.invitation,
        at=steps.COMPANY if found else steps.SIGN_IN,
        company=str(wanted.company) if wanted is not None else first,
        other=first,
    )


def _show_other_user(request: HttpRequest, pending: PendingConsent) -> HttpResponse:
    tenant = pending.invitation.tenant
    grant = pending.grant
    return render(
        request,
        "connections/other_user.html",
        {
            "consent": pending,
            "told": explain(pending.finding, tenant=tenant.name),
            "cut_off": _cut_off(pending),
            "may_go_on": grant is not None and grant.ended_at is None,
            "focus_heading": True,
            **steps.frame(pending.invitation, steps.SIGN_IN, stopped=True),
        },
    )


def _cut_off(pending: PendingConsent) -> list[Connection]:
    """The tenant's connections that the sign-in has ended; others are not for this reader."""
    rows = Connection.objects.for_tenant(pending.invitation.tenant)
    return list(
        rows.filter(pk__in=pending.cut_off).select_related("company", "integration").order_by("pk")
    )


def _connections(pending: PendingConsent) -> list[Connection]:
    """Those that came of this consent."""
    rows = Connection.objects.select_related("company__tenant", "integration__application", "grant")
    if pending.grant is not None:
        under = list(rows.filter(grant=pending.grant).order_by("pk"))
        if under:
            return under
    return list(rows.filter(pk=pending.connection_id or 0))


def _taken_query(request: HttpRequest) -> consent.Answered:
    """The parameters, taken out of the request, so that nothing that prints it shows a code."""
    try:
        answered = consent.Answered(request.GET.lists())
    except SuspiciousOperation:
        answered = consent.Answered()
    request.GET = QueryDict()
    request.META["QUERY_STRING"] = ""
    for name in {"RAW_URI", "REQUEST_URI"} & request.META.keys():
        request.META[name] = request.path
    return answered


def _posted(request: HttpRequest) -> consent.Answered:
    """The fields of a form of the right type and size; none of any other."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 9 or int(length) > consent.LARGEST_POST:
        return consent.Answered()
    if request.content_type not in FORMS:
        return consent.Answered()
    try:
        return consent.Answered(request.POST.lists())
    except UNREADABLE:
        return consent.Answered()


def _to_consent(pending: PendingConsent) -> HttpResponse:
    return SeeOther(reverse("connections:consent", args=[pending.pk]))


def _stopped(finding: Finding) -> HttpResponse:
    return SeeOther(reverse("connections:stopped", args=[finding]))
