"""Which log-in a Visma user opens: linked by its owner, by subject, never by an address."""

from __future__ import annotations

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import url_str_to_user_pk
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.audit.services import record
from integrations.connections.services.addresses import absolute
from integrations.signin.models import LogoutNotice, VismaSession, VismaUser
from integrations.signin.services import configuration
from integrations.signin.services.stops import Stop, Stopped
from integrations.signin.services.way import Arrival
from integrations.tenants.models import User


class NoOtherWay(Exception):
    """Without its Visma user the log-in could not be opened any more."""


def opened_by(arrival: Arrival, *, now: datetime) -> VismaUser:
    """The link this Visma user has. Raises Stopped; a stranger learns nothing of who is here."""
    link = (
        VismaUser.objects.select_related("user")
        .filter(issuer=arrival.issuer, subject=arrival.subject)
        .first()
    )
    if link is None or not link.user.is_active:
        raise Stopped(Stop.UNKNOWN_USER)
    if not configuration.may_use(link.user):
        raise Stopped(Stop.STAFF)
    link.used_at, link.email = now, arrival.email
    link.save(update_fields=["used_at", "email"])
    return link


def link(arrival: Arrival, *, to: User | None, now: datetime) -> VismaUser:
    """Link the Visma user to the log-in that asked for it. Raises Stopped.

    ``to`` is who is at the browser now: signed in, or holding an invitation.
    """
    user = arrival.attempt.user
    if user is None or to is None or user.pk != to.pk:
        raise Stopped(Stop.NOT_YOU)
    if not configuration.may_use(user):
        raise Stopped(Stop.STAFF)
    try:
        with transaction.atomic():
            made, is_new = VismaUser.objects.get_or_create(
                issuer=arrival.issuer,
                subject=arrival.subject,
                defaults={"user": user, "linked_at": now, "email": arrival.email},
            )
            if made.user_id != user.pk:
                raise Stopped(Stop.TAKEN)
            if is_new:
                _record(user, "member.visma_linked", now=now)
    except IntegrityError as taken:
        raise Stopped(Stop.LINKED_ALREADY) from taken
    if is_new:
        _mail(user, _("A Visma user opens your log-in now"))
    return made


def unlink(user: User, *, now: datetime) -> bool:
    """Take the link off, and end what began with it; False without one. Raises NoOtherWay."""
    if not user.has_usable_password():
        raise NoOtherWay
    with transaction.atomic():
        gone, _rows = VismaUser.objects.filter(user=user).delete()
        if gone:
            _record(user, "member.visma_unlinked", now=now)
    if gone:
        _mail(user, _("No Visma user opens your log-in any more"))
    return bool(gone)


def begin_session(link: VismaUser, sid: str, *, now: datetime) -> VismaSession:
    """Remember a session by Visma's name for it. Raises Stopped if that one has ended there."""
    session = VismaSession.objects.create(visma_user=link, sid=sid, began_at=now)
    if sid and LogoutNotice.objects.filter(issuer=link.issuer, sid=sid).exists():
        session.delete()
        raise Stopped(Stop.SESSION_OVER)
    return session


def invited(uidb36: str, key: str) -> User | None:
    """Who holds this link to choose a first password, if it is good and none was chosen yet."""
    try:
        user = User.objects.filter(pk=url_str_to_user_pk(uidb36), is_active=True).first()
    except (ValidationError, ValueError, OverflowError):
        return None
    if user is None or user.has_usable_password() or not key:
        return None
    return user if default_token_generator.check_token(user, key) else None


def _record(user: User, verb: str, *, now: datetime) -> None:
    for membership in user.memberships.select_related("tenant"):
        record(
            membership.tenant,
            verb,
            facts={"user": user.pk, "by": user.pk},
            personal={"email": user.email},
            now=now,
        )


def _mail(user: User, heading: str) -> None:
    """A new way in is told by the old one, so that nobody adds one unseen."""
    context = {
        "heading": heading,
        "intro": _("This was changed under “How you sign in”, on %(vendor)s’s pages.")
        % {"vendor": settings.VENDOR_NAME},
        "how": _("If it was not you: sign in, choose a new password, and take the link off."),
        "press_url": absolute(reverse("signin:ways")),
        "press_text": _("How you sign in"),
        "reason": _("You get this because it is your log-in."),
    }
    mail = EmailMultiAlternatives(
        heading,
        render_to_string("mail/base.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [user.email],
    )
    mail.attach_alternative(render_to_string("mail/base.html", context), "text/html")
    transaction.on_commit(mail.send, robust=True)
