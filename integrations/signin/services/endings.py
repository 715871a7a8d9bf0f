"""Sessions that end because Visma's did (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from integrations.connections.services import visma_clients
from integrations.keyring import ring
from integrations.keyring.tokens import digest
from integrations.signin.models import LogoutNotice, SignInTry, VismaSession
from integrations.signin.services import configuration
from integrations.visma import oauth
from integrations.visma.errors import BadIdToken, VismaError

logger = logging.getLogger(__name__)
# Longer than a logout token lives; and no sign-in under way outlasts it.
NOTICES_KEPT = timedelta(days=2)


class NotTaken(Exception):
    """The logout token is refused. ``mine`` when the cause is ours, so that it may come again."""

    def __init__(self, reason: str, *, mine: bool = False) -> None:
        super().__init__(reason)
        self.mine = mine


def take_logout(token: str, *, now: datetime) -> int:
    """End the sessions a logout token names, once; how many. Raises NotTaken."""
    application = configuration.application()
    if application is None:
        raise NotTaken("off")
    try:
        said = oauth.verify_logout_token(
            visma_clients.client_for(application),
            token,
            keys=visma_clients.signing_keys(),
            now=now,
        )
    except BadIdToken as bad:
        logger.warning("A logout token is refused (%s)", bad.reason)
        raise NotTaken(bad.reason) from bad
    except (VismaError, visma_clients.NoSecret, ring.Unreadable) as fault:
        raise NotTaken("keys", mine=True) from fault
    # The notice is committed before sessions are looked for, and a session before its notice is:
    # so of two that meet, one sees the other.
    try:
        with transaction.atomic():
            LogoutNotice.objects.create(
                issuer=said.issuer, jti_digest=digest(said.jti), sid=said.sid, taken_at=now
            )
    except IntegrityError as again:
        raise NotTaken("jti") from again
    sessions = VismaSession.objects.filter(visma_user__issuer=said.issuer)
    if said.sid:
        sessions = sessions.filter(sid=said.sid)
    if said.sub:
        sessions = sessions.filter(visma_user__subject=said.sub)
    ended, _rows = sessions.delete()
    return ended


def is_living(session_id: str) -> bool:
    try:
        return VismaSession.objects.filter(pk=UUID(session_id)).exists()
    except ValueError:
        return False


def end(session_id: str) -> None:
    """The person signed out here."""
    if is_living(session_id):
        VismaSession.objects.filter(pk=UUID(session_id)).delete()


def forget_old(*, now: datetime) -> None:
    """Take away what nobody comes back to. No session that began at Visma outlasts two of ours."""
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    SignInTry.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    LogoutNotice.objects.filter(taken_at__lt=now - NOTICES_KEPT).delete()
    VismaSession.objects.filter(began_at__lt=now - 2 * age).delete()
