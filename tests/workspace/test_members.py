"""Members: given access with a mail, taken it, and never without an owner."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client

from integrations.audit.models import AuditEvent
from integrations.tenants.models import Member, Tenant, User


def invite(client: Client, email: str, role: str = "owner") -> Any:
    return client.post("/t/fjordlys/members/invite/", {"email": email, "role": role})


def roles(tenant: Tenant) -> dict[str, str]:
    return dict(tenant.members.values_list("user__email", "role"))


def test_gives_access_and_mails_a_link_that_sets_a_password(
    owner: Client, tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invite(owner, "Kari@Fjordlys.test", "reader")

    assert roles(tenant) == {"astrid@fjordlys.test": "owner", "kari@fjordlys.test": "reader"}
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["kari@fjordlys.test"], "You may now see Fjordlys")
    assert "astrid@fjordlys.test gave you access" in str(sent.body)

    link = re.search(rf"{settings.PUBLIC_URL}(\S+)", str(sent.body))
    assert link
    kari = Client()
    form = kari.get(link[1], follow=True)
    kari.post(
        form.request["PATH_INFO"], {"password1": "blue vase 20 cm", "password2": "blue vase 20 cm"}
    )
    assert kari.login(username="kari@fjordlys.test", password="blue vase 20 cm") or (
        User.objects.get(email="kari@fjordlys.test").check_password("blue vase 20 cm")
    )


def test_somebody_with_a_log_in_is_asked_to_sign_in(
    owner: Client, tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.create_user("bo@granitt.test", "correct horse battery")

    with django_capture_on_commit_callbacks(execute=True):
        invite(owner, "bo@granitt.test")

    body = str(mail.outbox[0].body)
    assert f"Sign in:\n{settings.PUBLIC_URL}/" in body
    assert "password/reset" not in body


def test_inviting_again_changes_the_role_and_mails_nobody(owner: Client, tenant: Tenant) -> None:
    invite(owner, "kari@fjordlys.test", "reader")
    invite(owner, "kari@fjordlys.test", "owner")

    assert roles(tenant)["kari@fjordlys.test"] == "owner"
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == ["member.added", "member.role_set"]


def test_takes_access(owner: Client, tenant: Tenant) -> None:
    invite(owner, "kari@fjordlys.test", "reader")
    kari = Member.objects.get(user__email="kari@fjordlys.test")

    owner.post(f"/t/fjordlys/members/{kari.pk}/remove/")

    assert roles(tenant) == {"astrid@fjordlys.test": "owner"}
    assert User.objects.filter(email="kari@fjordlys.test").exists()


def test_the_last_owner_stays(owner: Client, tenant: Tenant, member: User) -> None:
    invite(owner, "kari@fjordlys.test", "reader")
    astrid = Member.objects.get(user=member)

    removed = owner.post(f"/t/fjordlys/members/{astrid.pk}/remove/")
    demoted = invite(owner, member.email, "reader")

    said = [str(message) for message in get_messages(removed.wsgi_request)]
    assert said[-1:] == ["A workspace keeps at least one owner. Make somebody else owner first."]
    assert demoted.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert roles(tenant)["astrid@fjordlys.test"] == "owner"


@pytest.mark.parametrize(
    "given", [{"email": "no address"}, {"email": ""}, {"email": "a@b.test", "role": "admin"}]
)
def test_refuses_what_is_no_address_or_no_role(
    owner: Client, tenant: Tenant, given: dict[str, str]
) -> None:
    answer = owner.post("/t/fjordlys/members/invite/", {"role": "owner", **given})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert list(roles(tenant)) == ["astrid@fjordlys.test"]
    assert mail.outbox == []


def test_a_name_of_two_lines_adds_no_header_to_the_mail(
    owner: Client, tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    """A subject is one line, whatever the tenant is called."""
    Tenant.objects.filter(pk=tenant.pk).update(name="Fjord\r\nBcc: all@fjordlys.test")

    with django_capture_on_commit_callbacks(execute=True):
        invite(owner, "kari@fjordlys.test")

    assert mail.outbox[0].subject == "You may now see Fjord Bcc: all@fjordlys.test"
