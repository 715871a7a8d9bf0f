"""Tenants and people: made by name, by command, and never without an owner or with a guess."""

from __future__ import annotations

from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from integrations.tenants import services
from integrations.tenants.models import Member, Tenant, User


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Fjordlys AS", "fjordlys-as"),
        ("Console", "console-2"),
        ("日本", "tenant"),
        ("x" * 120, "x" * 40),
    ],
)
def test_makes_a_short_name_from_the_name(db: None, name: str, slug: str) -> None:
    assert services.make_tenant(name).slug == slug


def test_two_of_one_name_get_two_short_names(db: None) -> None:
    assert [services.make_tenant("Fjordlys").slug for _ in range(3)] == [
        "fjordlys", "fjordlys-2", "fjordlys-3",
    ]  # fmt: skip


@pytest.mark.parametrize("slug", ["fjordlys", "console"])
def test_a_given_short_name_must_be_free(tenant: Tenant, slug: str) -> None:
    with pytest.raises(services.SlugTaken):
        services.make_tenant("Ny", slug=slug)


def test_first_staff_makes_a_log_in_that_works(db: None) -> None:
    told = run("first_staff", "Nora@Nordhandel.test", "--generate")

    user = User.objects.get()
    password = told.split("once: ")[1].strip()
    assert (user.email, user.is_staff, user.is_superuser) == ("nora@nordhandel.test", True, True)
    answer = Client().post("/accounts/login/", {"login": user.email, "password": password})
    assert answer["Location"] == "/"


def test_first_staff_is_refused_when_there_are_staff(staff: User) -> None:
    with pytest.raises(CommandError, match="--again"):
        run("first_staff", "kari@nordhandel.test")
    assert User.objects.count() == 1

    run("first_staff", "kari@nordhandel.test", "--again")
    assert services.staff().count() == 2


@pytest.mark.parametrize("given", [["no address"], [], ["astrid@fjordlys.test"]])
def test_first_staff_refuses_what_can_not_sign_in(member: User, given: list[str]) -> None:
    with pytest.raises(CommandError):
        run("first_staff", *given)
    assert not services.staff().exists()


def test_make_tenant_invites_its_owner(
    transactional_db: None,
) -> None:
    told = run("make_tenant", "Fjordlys", "--owner", "astrid@fjordlys.test", "--language", "nb")

    assert told == f"Fjordlys is at {settings.PUBLIC_URL}/t/fjordlys/\n"
    member = Member.objects.get()
    assert (member.user.email, member.role, member.tenant.language) == (
        "astrid@fjordlys.test", "owner", "nb",
    )  # fmt: skip
    assert mail.outbox[0].to == ["astrid@fjordlys.test"]


@pytest.mark.parametrize(
    "given", [[""], ["x" * 121], ["Ny", "--slug", "fjordlys"], ["Ny", "--slug", "a b"],
              ["Ny", "--owner", "nobody"]],
)  # fmt: skip
def test_make_tenant_refuses_with_a_sentence(tenant: Tenant, given: list[str]) -> None:
    with pytest.raises(CommandError):
        run("make_tenant", *given)
    assert list(Tenant.objects.all()) == [tenant]


def test_the_desk_neither_makes_nor_deletes_people(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("nora@nordhandel.test", "correct horse"))
    tenant = services.make_tenant("Fjordlys")

    assert client.get("/admin/tenants/user/").status_code == 200
    assert client.get("/admin/tenants/user/add/").status_code == 403
    assert client.get(f"/admin/tenants/tenant/{tenant.pk}/change/").status_code == 200
    assert client.post(f"/admin/tenants/tenant/{tenant.pk}/delete/").status_code == 403


def test_only_a_superuser_makes_somebody_staff(client: Client, db: None) -> None:

    helper = User.objects.create_user("kari@nordhandel.test", "correct horse", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(content_type__app_label="tenants"))
    other = User.objects.create_user("per@fjordlys.test", "correct horse")
    client.force_login(helper)

    client.post(f"/admin/tenants/user/{other.pk}/change/", {"is_staff": "on", "first_name": "Per"})

    other.refresh_from_db()
    assert (other.is_staff, other.first_name) == (False, "Per")
