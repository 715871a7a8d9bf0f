"""Members sign in with Visma: linked by themselves, known by subject, and never by an address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as portal
from django.core import mail
from django.test import Client

from integrations.audit.models import AuditEvent
from integrations.connections.models import Application
from integrations.signin import checks
from integrations.signin.models import SignInTry, VismaSession, VismaUser
from integrations.signin.services import configuration
from integrations.tenants.models import Tenant, User
from integrations.tenants.services import add_member, mail_invited
from tests.sandbox_process import SandboxProcess
from tests.signin.conftest import NORDHANDEL, Visitor, link_to_sandbox
from tests.walker import heading
from tests.workspace.conftest import signed_in

UNKNOWN = "No log-in here goes with this Visma user"


def test_a_linked_member_signs_in_under_a_new_session(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link = link_to_sandbox(member, at_visma)
    visitor.client.get("/accounts/login/")
    visitor.client.session.save()
    before = visitor.client.session.session_key

    back = visitor.at_sandbox(visitor.to_visma(next="/t/fjordlys/members/"))
    visitor.get(back)

    assert visitor.who() == "astrid@fjordlys.test"
    assert visitor.client.session.session_key != before
    assert visitor.shown.request["PATH_INFO"] == "/t/fjordlys/members/"
    assert {status for _, status in visitor.shown.redirect_chain} == {303}
    link.refresh_from_db()
    assert (link.used_at is None, link.email) == (False, link.email)
    assert VismaSession.objects.get().sid != ""


def test_an_address_alone_opens_nothing_and_a_stranger_gets_no_log_in(
    visitor: Visitor, at_visma: SandboxProcess
) -> None:
    User.objects.create_user(NORDHANDEL, "correct horse battery")

    said = visitor.get(visitor.at_sandbox(visitor.to_visma()))

    assert (said, visitor.shown.status_code) == (UNKNOWN, 403)
    assert visitor.who() is None
    assert User.objects.count() == 1
    assert not VismaUser.objects.exists()
    page = visitor.shown.content.decode()
    assert "ask an owner to give you access" in page
    assert NORDHANDEL not in page


def test_the_page_for_a_stranger_is_the_same_whoever_is_here(
    visitor: Visitor, at_visma: SandboxProcess, member: User
) -> None:
    visitor.get(visitor.at_sandbox(visitor.to_visma()))
    without = without_tokens(visitor.shown.content.decode())

    link = link_to_sandbox(member, at_visma)
    User.objects.filter(pk=member.pk).update(is_active=False)
    visitor.get(visitor.at_sandbox(visitor.to_visma()))

    assert without_tokens(visitor.shown.content.decode()) == without
    assert link.user_id == member.pk
    assert visitor.who() is None


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_somebody_signed_in_links_his_visma_user_and_is_told_by_mail(
    visitor: Visitor,
    member: User,
    at_visma: SandboxProcess,
    tenant: Tenant,
    django_capture_on_commit_callbacks: Any,
) -> None:
    visitor.client = signed_in(member)
    with django_capture_on_commit_callbacks(execute=True):
        said = visitor.get(visitor.at_sandbox(visitor.to_visma("/signin/visma/link/")))

    assert said == "You sign in with a password or with Visma"
    link = VismaUser.objects.get()
    assert (link.user, link.issuer) == (member, at_visma.url)
    assert link.subject in [one["sub"] for one in at_visma.world()["users"]]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([member.email], "A Visma user opens your log-in now")
    event = AuditEvent.objects.get()
    assert (event.verb, event.facts) == (
        "member.visma_linked",
        {"user": member.pk, "by": member.pk},
    )

    other = Visitor()
    other.get(other.at_sandbox(other.to_visma()))
    assert other.who() == member.email


def test_an_invitation_is_answered_with_a_visma_user_once(
    visitor: Visitor,
    tenant: Tenant,
    at_visma: SandboxProcess,
    django_capture_on_commit_callbacks: Any,
) -> None:
    link, uidb36 = invited(tenant, django_capture_on_commit_callbacks)
    visitor.get(link)
    assert "Link your Visma user" in visitor.shown.content.decode()

    visitor.get(visitor.at_sandbox(visitor.to_visma("/signin/visma/link/", invited=uidb36)))

    assert visitor.who() == "kari@fjordlys.test"
    assert VismaUser.objects.get().user.email == "kari@fjordlys.test"
    assert not User.objects.get(email="kari@fjordlys.test").has_usable_password()
    assert "_password_reset_key" not in visitor.client.session

    later = Visitor()
    assert later.get(link) == "This link has ended"


def test_without_the_invitations_key_nobody_links_himself_to_it(
    visitor: Visitor,
    tenant: Tenant,
    at_visma: SandboxProcess,
    django_capture_on_commit_callbacks: Any,
) -> None:
    _link, uidb36 = invited(tenant, django_capture_on_commit_callbacks)

    answer = visitor.client.post("/signin/visma/link/", {"invited": uidb36}, follow=True)

    assert heading(answer.content.decode()) == "You are not signed in as who began this"
    assert not SignInTry.objects.exists()


@pytest.mark.parametrize("odd", ["!", "zzzzzzzzzzzzzzzzzzzz", "0", "-1"])
def test_an_odd_name_of_an_invited_person_is_nobody(
    visitor: Visitor, at_visma: SandboxProcess, odd: str
) -> None:
    assert visitor.client.post("/signin/visma/link/", {"invited": odd}).status_code == 303
    assert not SignInTry.objects.exists()


def test_a_reset_link_of_somebody_with_a_password_links_nothing(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    """Who can read the mail may choose a password, and is seen to; a link would stay unseen."""
    visitor.client.post("/accounts/password/reset/", {"email": member.email})
    found = re.search(r"/accounts/password/reset/key/(\w+)-\S+", str(mail.outbox[0].body))
    assert found
    visitor.get(found[0])
    assert "Link your Visma user" not in visitor.shown.content.decode()

    visitor.client.post("/signin/visma/link/", {"invited": found[1]})

    assert not SignInTry.objects.exists()


def test_unlinking_leaves_a_way_to_sign_in_and_ends_what_began_with_it(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link_to_sandbox(member, at_visma)
    visitor.get(visitor.at_sandbox(visitor.to_visma()))
    here = signed_in(member)

    here.post("/signin/unlink/")

    assert not VismaUser.objects.exists()
    assert visitor.get("/t/fjordlys/") == "Sign in"
    assert heading(here.get("/signin/").content.decode()) == "You sign in with a password"
    assert [event.verb for event in AuditEvent.objects.all()] == ["member.visma_unlinked"]


def test_who_unlinks_in_a_session_that_began_at_visma_stays_signed_in(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link_to_sandbox(member, at_visma)
    visitor.get(visitor.at_sandbox(visitor.to_visma()))

    visitor.client.post("/signin/unlink/")

    assert visitor.get("/signin/") == "You sign in with a password"
    assert visitor.who() == member.email


def test_without_a_password_the_link_stays(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link_to_sandbox(member, at_visma)
    member.set_unusable_password()
    member.save()
    client = signed_in(member)

    shown = client.post("/signin/unlink/", follow=True)

    assert VismaUser.objects.filter(user=member).exists()
    page = shown.content.decode()
    assert heading(page) == "You sign in with Visma"
    assert "Choose a password first, so that you can still sign in." in page
    assert "Take the link off</button>" not in page


def test_one_visma_user_goes_with_one_log_in(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    other = User.objects.create_user("bo@granitt.test", "correct horse battery")
    link_to_sandbox(other, at_visma)
    visitor.client = signed_in(member)

    said = visitor.get(visitor.at_sandbox(visitor.to_visma("/signin/visma/link/")))

    assert said == "This Visma user opens another log-in"
    assert not VismaUser.objects.filter(user=member).exists()


def test_one_log_in_goes_with_one_visma_user(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link = link_to_sandbox(member, at_visma, "regnskap@fjordlys.example")
    visitor.client = signed_in(member)

    said = visitor.get(visitor.at_sandbox(visitor.to_visma("/signin/visma/link/")))

    assert said == "Your log-in has a Visma user already"
    assert VismaUser.objects.get() == link


def test_linking_the_same_again_changes_nothing(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link_to_sandbox(member, at_visma)
    visitor.client = signed_in(member)

    said = visitor.get(visitor.at_sandbox(visitor.to_visma("/signin/visma/link/")))

    assert said == "You sign in with a password or with Visma"
    assert not AuditEvent.objects.exists()


def test_staff_sign_in_with_visma_only_where_the_deployment_allows_it(
    visitor: Visitor, staff: User, at_visma: SandboxProcess, settings: Any
) -> None:
    link_to_sandbox(staff, at_visma)

    said = visitor.get(visitor.at_sandbox(visitor.to_visma()))
    assert (said, visitor.who()) == ("Staff sign in with a password here", None)

    settings.VISMA_SIGN_IN_STAFF = True
    visitor.get(visitor.at_sandbox(visitor.to_visma()))
    assert visitor.who() == staff.email


def test_staff_link_no_visma_user_where_it_would_not_open(
    visitor: Visitor, staff: User, at_visma: SandboxProcess
) -> None:
    visitor.client = signed_in(staff)
    assert "Link your Visma user</button>" not in visitor.client.get("/signin/").content.decode()

    said = visitor.get(visitor.at_sandbox(visitor.to_visma("/signin/visma/link/")))

    assert said == "Staff sign in with a password here"
    assert not VismaUser.objects.exists()


def test_signing_out_here_takes_the_session_along(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link_to_sandbox(member, at_visma)
    visitor.get(visitor.at_sandbox(visitor.to_visma()))

    visitor.client.post("/accounts/logout/")

    assert visitor.who() is None
    assert not VismaSession.objects.exists()


def test_it_is_off_until_an_application_is_named(client: Client, application: Application) -> None:
    assert "Visma user" not in client.get("/accounts/login/").content.decode()
    assert client.post("/signin/visma/").status_code == 404


@pytest.mark.parametrize("changes", [{"kind": "service"}, {"uses_openid": False}, {"slug": "else"}])
def test_it_is_off_while_the_application_can_not_serve_it(
    client: Client, offered: Application, changes: dict[str, Any]
) -> None:
    Application.objects.filter(pk=offered.pk).update(**changes)

    assert client.post("/signin/visma/").status_code == 404


def test_it_is_offered_on_the_sign_in_page_with_the_way_on(
    client: Client, offered: Application
) -> None:
    page = client.get("/accounts/login/?next=/t/fjordlys/").content.decode()

    assert page.count('name="next" value="/t/fjordlys/"') == 2
    assert "Sign in with Visma" in page


def test_what_is_registered_at_visma_comes_from_the_public_address(offered: Application) -> None:
    other = Application.objects.create(name="Other", slug="other", client_id="o", kind="connect")

    assert configuration.addresses_of(other) == []
    assert configuration.addresses_of(offered) == [
        f"{portal.PUBLIC_URL}/signin/visma/callback",
        f"{portal.PUBLIC_URL}/signin/visma/logout",
    ]


def test_the_applications_page_shows_what_to_register(
    staff: User, offered: Application, settings: Any
) -> None:
    address = f"{portal.PUBLIC_URL}/signin/visma/callback"
    client, page = signed_in(staff), f"/console/applications/{offered.slug}/"

    assert address in client.get(page).content.decode()
    settings.VISMA_SIGN_IN_APPLICATION = ""
    assert address not in client.get(page).content.decode()


def invited(tenant: Tenant, capture: Any) -> tuple[str, str]:
    """The path of the mail's link, and the name of the invited in it."""
    member, _ = add_member(tenant, "kari@fjordlys.test")
    with capture(execute=True):
        mail_invited(member)
    found = re.search(r"/accounts/password/reset/key/(\w+)-\S+", str(mail.outbox[-1].body))
    assert found
    return found[0], found[1]


@pytest.mark.parametrize(("slug", "said"), [("", []), ("nordhandel", []), ("no-such", ["W001"])])
def test_a_setting_that_names_no_application_is_said_at_the_start(
    application: Application, settings: Any, slug: str, said: list[str]
) -> None:
    settings.VISMA_SIGN_IN_APPLICATION = slug

    found = checks.application_is_there(databases=["default"])

    assert [one.id for one in found] == [f"signin.{code}" for code in said]


def test_without_a_secret_of_the_application_it_is_our_fault(
    visitor: Visitor, offered: Application
) -> None:
    offered.secrets.all().delete()

    answer = visitor.client.post("/signin/visma/", follow=True)

    assert heading(answer.content.decode()) == "Something of ours is set up wrong"
    assert "Sign in with your password until Nordhandel has mended it." in answer.content.decode()
    assert not SignInTry.objects.exists()
