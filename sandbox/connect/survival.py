"""Whether a consent outlives what happened since: nobody outside knows how Visma does it."""

from __future__ import annotations

from sandbox.connect.clients import OAuthError
from sandbox.connect.grants import Grant
from sandbox.state import Sandbox
from sandbox.world.people import API_USER


def still_stands(sandbox: Sandbox, grant: Grant) -> None:
    """Raises OAuthError where a switch says that a refresh fails now."""
    switches, user = sandbox.switches, sandbox.world.users.get(grant.sub)
    checks = (
        (switches.refresh_after_role_loss, user is None or not _has_role(sandbox, grant)),
        (switches.refresh_after_password_change, user and user.password != grant.password),
        (switches.refresh_after_withdrawal, grant.approved and not is_approved(sandbox, grant)),
    )
    for answer, happened in checks:
        if happened and answer != "works":
            raise OAuthError(answer, "The consent is no longer good")


def settle_earlier_grants(sandbox: Sandbox, grant: Grant) -> None:
    """A consent that has just been redeemed may end earlier ones of the same user."""
    given = sandbox.grants.given_by(grant.client_id, grant.sub)
    kept = sandbox.switches.refresh_tokens_per_user or len(given)
    if sandbox.switches.second_consent == "replaces":
        kept = 1
    others = [one for one in given if one is not grant]
    for older in others[: max(len(given) - kept, 0)]:
        older.revoked = True


def is_approved(sandbox: Sandbox, grant: Grant) -> bool:
    return (grant.client_id, grant.tenant_id) in sandbox.world.approvals


def _has_role(sandbox: Sandbox, grant: Grant) -> bool:
    user = sandbox.world.users[grant.sub]
    companies = sandbox.world.companies_for(user, API_USER)
    return grant.tenant_id in {company.tenant_id for company in companies}
