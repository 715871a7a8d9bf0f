"""A code beside the link, told by another way: whoever has only the mail can't use it."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from integrations.audit.services import record
from integrations.connections.models import Invitation
from integrations.connections.services import notices

MOST_TRIES = 5
DIGITS = 8
SALT = "connections.second_channel"


def new_code() -> str:
    """Eight digits, to be told by phone in two halves."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def in_halves(code: str) -> str:
    return f"{code[: DIGITS // 2]} {code[DIGITS // 2 :]}"


def digest(invitation: Invitation, code: str) -> str:
    """What is kept of a code. It is short, so the key of this deployment goes into it."""
    return salted_hmac(SALT, f"{invitation.pk}/{code}", algorithm="sha256").hexdigest()


def is_shut(invitation: Invitation) -> bool:
    """Too many wrong codes: the link leads nowhere until a new one is made."""
    return bool(invitation.code_digest) and invitation.code_tries >= MOST_TRIES


def tries_left(invitation: Invitation) -> int:
    return max(MOST_TRIES - invitation.code_tries, 0)


def try_code(invitation: Invitation, given: str, *, now: datetime) -> bool:
    """Whether it is the code. Each try is counted before it is compared, beside others too."""
    counted = Invitation.objects.filter(
        pk=invitation.pk, code_tries__lt=MOST_TRIES, code_digest=invitation.code_digest
    ).update(code_tries=F("code_tries") + 1)
    if not counted:
        return False
    said = "".join(character for character in given if character.isdecimal())
    if constant_time_compare(digest(invitation, said), invitation.code_digest):
        Invitation.objects.filter(pk=invitation.pk, code_digest=invitation.code_digest).update(
            code_tries=0
        )
        return True
    invitation.refresh_from_db(fields=["code_tries"])
    if is_shut(invitation):
        record(
            invitation.tenant, "invitation.shut", facts={"invitation": str(invitation.pk)}, now=now
        )
        notices.tell_inviter_shut(invitation)
    return False


def proof(invitation: Invitation, browser: str) -> str:
    """What a browser keeps to show that the code was given in it. A new code makes it worthless."""
    value = f"{invitation.pk}/{invitation.code_digest}/{browser}"
    return salted_hmac(f"{SALT}.proof", value, algorithm="sha256").hexdigest()


def is_proven(invitation: Invitation, browser: str, shown: str) -> bool:
    """Whether the browser needs to give no code (any more)."""
    if not invitation.code_digest:
        return True
    return bool(browser) and constant_time_compare(proof(invitation, browser), shown)
