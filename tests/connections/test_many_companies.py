"""Many companies at once: rows given, looked at in the background, each with a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from integrations.connections import tasks
from integrations.connections.models import (
    Company,
    Connection,
    Incident,
    Integration,
    Invitation,
    ListedCompany,
    Quota,
)
from integrations.connections.services import company_rows, list_checks, listed, many_companies
from integrations.connections.services.company_rows import GivenCompany
from integrations.tenants.models import Member, Tenant, User
from tests.connections.conftest import NORDHANDEL, Person
from tests.intake.workbooks import workbook
from tests.sandbox_process import SandboxProcess
from tests.walker import heading

CLIENT = "isv_nordhandel_service"
SERVICE = "/t/fjordlys/companies/many/webshop-service/"
WEB = "/t/fjordlys/companies/many/webshop/"


@pytest.fixture(autouse=True)
def no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests look themselves, when they want to."""
    monkeypatch.setattr(tasks, "ring_for_lists", lambda: None)


@pytest.fixture
def owner(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


def states() -> list[tuple[int, str, str]]:
    rows = ListedCompany.objects.order_by("position")
    return [(row.position, row.fault or row.finding, row.given_id) for row in rows]


def approve(sandbox: SandboxProcess, tenant_id: str) -> None:
    sandbox.control("POST", "approvals", {"client_id": CLIENT, "tenant_id": tenant_id})


def work_off() -> None:
    """What the background does, to the end."""
    while (row := list_checks.claim(now=timezone.now())) is not None:
        list_checks.look(row, now=timezone.now())


@pytest.fixture
def contract_id(sandbox: SandboxProcess) -> str:
    return str(sandbox.company("Fjordlys AS")["contract_id"])


# Rows, as they come


def test_reads_lines_with_and_without_headings_in_any_order_of_columns() -> None:
    one, two = str(uuid4()), str(uuid4())

    plain = company_rows.from_text(f"{one}\n\n  {two} \n", ids_only=True)
    tabs = company_rows.from_text(
        f"Navn\tTenant ID\nFjordlys AS\t{one}\nGranitt AS\t{two}", ids_only=True
    )
    loose = company_rows.from_text(
        f"kari@a.example; {one}; Fjordlys AS\nGranitt, Sønn & Co; NO 999 111 222; x@b.example",
        ids_only=False,
    )

    assert plain == [GivenCompany(given_id=one), GivenCompany(given_id=two)]
    assert tabs == [
        GivenCompany(name="Fjordlys AS", given_id=one),
        GivenCompany(name="Granitt AS", given_id=two),
    ]
    assert loose == [
        GivenCompany(name="Fjordlys AS", given_id=one, email="kari@a.example"),
        GivenCompany(name="Granitt, Sønn & Co", number="NO 999 111 222", email="x@b.example"),
    ]


def test_takes_an_id_with_braces_odd_hyphens_and_unseen_letters() -> None:
    given = company_rows.from_text(
        "\ufeff{0B8A4F5E\u20106C53\u20114F0E\u20139D9A\u22121F8F6F4B2A11}", ids_only=True
    )

    assert company_rows.tenant_id(given[0].given_id) == UUID("0b8a4f5e-6c53-4f0e-9d9a-1f8f6f4b2a11")


def test_a_number_of_a_spreadsheet_is_no_decimal() -> None:
    (given,) = company_rows.from_cells([["Fjordlys AS", 999111222.0, None]], ids_only=False)

    assert (given.name, given.number) == ("Fjordlys AS", "999111222")


# Kind service: forty ids, three of them wrong


def test_forty_companies_with_three_wrong_ids(
    service_integration: Integration, owner: Client, sandbox: SandboxProcess, contract_id: str
) -> None:
    good = []
    for number in range(37):
        company = sandbox.control("POST", "companies", {"name": f"Butikk {number:02} AS"})
        approve(sandbox, company["tenant_id"])
        good.append(company["tenant_id"])
    approve(sandbox, contract_id)
    unknown, malformed = str(uuid4()), good[3][:-1]
    ids = [*good[:10], malformed, *good[10:20], contract_id, *good[20:], unknown]

    assert owner.post(f"{SERVICE}add/", {"text": "\n".join(ids)}).status_code == 302
    shown = owner.get(SERVICE)
    assert "1 of 40 rows are looked at" in shown.content.decode()
    work_off()
    page = owner.get(SERVICE)

    assert heading(page.content.decode()) == "37 of 40 work, 3 need somebody"
    assert [row.given_id for row in ListedCompany.objects.all()] == ids
    assert [state for state in states() if state[1]] == [
        (11, "not_an_id", malformed),
        (22, "contract_id", contract_id),
        (40, "not_approved", unknown),
    ]
    assert Connection.objects.filter(state="connected", confirmed_at__isnull=False).count() == 37
    names = [
        row.connection.company.name
        for row in ListedCompany.objects.exclude(connection=None).select_related(
            "connection__company"
        )
        if row.connection
    ]
    assert names == [f"Butikk {number:02} AS" for number in range(37)]
    needs = owner.get(f"{SERVICE}?state=needs").context["page"]
    assert [row.listed.position for row in needs.rows] == [11, 22, 40]
    assert [row.fault for row in needs.rows] == [
        "Not a tenant id: it has 36 characters, four of them hyphens",
        "This tenant id is not a company’s",
        "Not approved in the App Store yet",
    ]


def test_a_row_taken_by_a_worker_that_died_is_gone_on_with(
    service_integration: Integration, tenant: Tenant, member: User, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    now = timezone.now()
    many_companies.add(
        tenant, service_integration, [GivenCompany(given_id=tenant_id)], by=member, now=now
    )
    assert list_checks.claim(now=now) is not None
    assert list_checks.claim(now=now) is None

    row = list_checks.claim(now=now + list_checks.LEASE)
    assert row is not None
    list_checks.look(row, now=now)

    assert Connection.objects.get().state == "connected"
    assert list_checks.claim(now=now + timedelta(days=1)) is None


def test_says_of_each_row_what_is_wrong_with_it(
    service_integration: Integration, owner: Client, member: User, tenant: Tenant
) -> None:
    one = str(uuid4())
    many_companies.add(
        tenant, service_integration, [GivenCompany(given_id=one)], by=member, now=timezone.now()
    )

    owner.post(
        f"{SERVICE}add/",
        {"text": f"Fjordlys AS;{one.upper()}\nGranitt AS;\nHav AS;not-an-id-1\nVind AS;{one}"},
    )

    rows = [(row.position, row.fault, row.same_as) for row in ListedCompany.objects.all()]
    assert rows == [
        (1, "", None), (2, "twice", 1), (3, "no_id", None),
        (4, "not_an_id", None), (5, "twice", 1),
    ]  # fmt: skip
    page = owner.get(SERVICE).content.decode()
    assert "The same company as row 1" in page
    assert "No tenant id in this row" in page


def test_a_corrected_row_is_looked_at(
    service_integration: Integration, owner: Client, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    owner.post(f"{SERVICE}add/", {"text": tenant_id[:-1]})
    row = ListedCompany.objects.get()
    assert row.due_at is None

    owner.post(f"/t/fjordlys/companies/listed/{row.pk}/correct/", {"given_id": tenant_id})
    work_off()

    row.refresh_from_db()
    assert (row.fault, row.finding) == ("", "")
    assert row.connection is not None
    again = owner.post(f"/t/fjordlys/companies/listed/{row.pk}/correct/", {"given_id": "x"})
    assert again.status_code == 302
    row.refresh_from_db()
    assert row.given_id == tenant_id


def test_failing_rows_are_looked_at_again_ever_more_rarely_and_at_a_press(
    service_integration: Integration, owner: Client, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    owner.post(f"{SERVICE}add/", {"text": tenant_id})
    waits = []
    for _ in range(9):
        ListedCompany.objects.update(due_at=timezone.now())
        work_off()
        row = ListedCompany.objects.get()
        assert row.due_at is not None
        assert row.looked_at is not None
        waits.append(round((row.due_at - row.looked_at).total_seconds() / 60))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    # The minute's rounds leave it to the list.
    assert Invitation.objects.get().look_again_at is None

    approve(sandbox, tenant_id)
    owner.post(f"{SERVICE}look/")
    work_off()

    assert Connection.objects.get().state == "connected"
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(("remaining", "is_looked_at"), [(5, False), (6, True)])
def test_the_background_leaves_the_last_five_percent_of_a_quota(
    service_integration: Integration,
    owner: Client,
    sandbox: SandboxProcess,
    remaining: int,
    is_looked_at: bool,
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    resets_at = timezone.now() + timedelta(minutes=20)
    Quota.objects.create(
        application=service_integration.application, company_key=tenant_id, limit=100,
        remaining=remaining, resets_at=resets_at, seen_at=timezone.now(),
    )  # fmt: skip
    owner.post(f"{SERVICE}add/", {"text": tenant_id})

    work_off()

    row = ListedCompany.objects.get()
    assert (row.connection is not None) is is_looked_at
    if not is_looked_at:
        assert row.due_at == resets_at


def test_a_refused_secret_is_the_applications_incident_and_rows_wait(
    service_integration: Integration, owner: Client, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    secret = service_integration.application.secrets.get()
    secret.seal("not the secret")
    secret.save()
    owner.post(f"{SERVICE}add/", {"text": f"{tenant_id}\n{uuid4()}"})

    work_off()
    ListedCompany.objects.update(due_at=timezone.now())

    assert Incident.objects.filter(kind="application_refused", cleared_at=None).count() == 1
    assert list_checks.claim(now=timezone.now()) is None
    secret.seal("sandbox-service-secret")
    secret.save()
    Incident.objects.update(cleared_at=timezone.now())
    work_off()
    assert Connection.objects.filter(state="connected").count() == 1


def test_whoever_may_no_longer_act_confirms_no_company(
    service_integration: Integration, owner: Client, member: User, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    owner.post(f"{SERVICE}add/", {"text": tenant_id})
    Member.objects.filter(user=member).delete()

    work_off()

    assert Connection.objects.get().confirmed_at is None


def test_a_company_another_tenant_has_goes_to_nobody_by_a_pasted_id(
    service_integration: Integration, owner: Client, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    other = Tenant.objects.create(name="Other", slug="other")
    Company.objects.create(tenant=other, visma_tenant_id=tenant_id, name="Fjordlys AS")
    owner.post(f"{SERVICE}add/", {"text": tenant_id})

    work_off()

    assert Connection.objects.get().confirmed_at is None
    page = owner.get(SERVICE).context["page"]
    assert (page.rows[0].step, page.progress.works) == ("confirm", 1)


# Files


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_is_read_like_pasted_rows(
    service_integration: Integration, owner: Client, kind: str
) -> None:
    rows = [["Name", "Tenant id"], ["Fjordlys AS", str(uuid4())], ["Granitt AS", "nonsense"]]
    content = workbook(rows) if kind == "xlsx" else "\n".join(map(";".join, rows)).encode("cp1252")

    owner.post(f"{SERVICE}add/", {"file": SimpleUploadedFile(f"list.{kind}", content)})

    assert [(row.name, row.fault) for row in ListedCompany.objects.all()] == [
        ("Fjordlys AS", ""),
        ("Granitt AS", "not_an_id"),
    ]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Paste at least one row, or choose a file."),
        ({"file": b"\x00\x01"}, "neither a workbook nor a text file"),
        ({"file": b"x" * (1024 * 1024 + 1)}, "larger than 1 MB"),
        ({"text": "x\n" * 2001}, "A list has up to 2000 rows"),
    ],
)
def test_what_can_not_be_taken_is_said_and_nothing_is_kept(
    service_integration: Integration, owner: Client, sent: dict[str, Any], said: str
) -> None:
    if "file" in sent:
        sent = {"file": SimpleUploadedFile("list.csv", sent["file"])}

    answer = owner.post(f"{SERVICE}add/", sent)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ListedCompany.objects.exists()


# A consent per row


def test_each_row_gets_a_link_of_its_own_and_connects_its_company(
    integration: Integration,
    owner: Client,
    sandbox: SandboxProcess,
    django_capture_on_commit_callbacks: Any,
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    owner.post(
        f"{WEB}add/",
        {"text": f"Fjordlys AS;{tenant_id};{NORDHANDEL}\nGranitt AS;888 777 666;not-an-address@"},
    )
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(f"{WEB}invite/")
        owner.post(f"{WEB}invite/")

    (message,) = mail.outbox
    assert message.to == [NORDHANDEL]
    assert [row.fault for row in ListedCompany.objects.all()] == ["", "not_an_address"]
    link = urlsplit(next(line for line in message.body.splitlines() if "/i/" in line)).path
    person = Person()
    person.get(link)
    person.comes_back()
    assert person.confirms() == "Fjordlys AS is connected"

    page = owner.get(WEB)
    assert heading(page.content.decode()) == "1 of 2 work, one needs somebody"
    assert page.context["page"].rows[0].connection == Connection.objects.get()
    assert Connection.objects.get().confirmed_at is not None


def test_a_consent_is_started_from_the_row_and_leaves_its_mailed_link_good(
    integration: Integration,
    member: User,
    sandbox: SandboxProcess,
    django_capture_on_commit_callbacks: Any,
) -> None:
    owner = Person()
    owner.client.force_login(member)
    owner.press(f"{WEB}add/", text=f"Fjordlys AS;999 111 222;{NORDHANDEL}")
    row = ListedCompany.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        owner.press(f"/t/fjordlys/companies/listed/{row.pk}/invite/")

    shown = owner.press(f"/t/fjordlys/companies/listed/{row.pk}/begin/")
    assert shown == "Nordhandel asks to put your orders into Visma.net"
    mailed = Person()
    link = next(line for line in mail.outbox[0].body.splitlines() if "/i/" in line)
    assert mailed.get(urlsplit(link).path) == shown
    owner.comes_back()
    owner.confirms()

    assert heading(owner.client.get(WEB).content.decode()) == "1 of 1 work"
    assert owner.press(f"/t/fjordlys/companies/listed/{row.pk}/begin/")
    assert Invitation.objects.count() == 1


def test_a_row_shows_where_its_sign_in_stopped(
    integration: Integration, member: User, sandbox: SandboxProcess
) -> None:
    owner = Person()
    owner.client.force_login(member)
    owner.press(f"{WEB}add/", text=f"Fjordlys AS;999 111 222;{NORDHANDEL}")
    row = ListedCompany.objects.get()
    owner.press(f"/t/fjordlys/companies/listed/{row.pk}/begin/")
    owner.to_visma()
    owner.press("/connect/stopped/", where="no_company")

    page = owner.client.get(WEB).context["page"]
    assert (page.rows[0].word, page.rows[0].fault) == (
        "Stopped", "Visma shows this user no company",
    )  # fmt: skip
    assert page.progress.needs == 1


# Search, keys, strangers


def test_the_list_is_searched_filtered_and_paged_in_its_order(
    integration: Integration, owner: Client
) -> None:
    assert heading(owner.get(WEB).content.decode()) == "Connect many companies at once"
    owner.post(f"{WEB}add/", {"text": "\n".join(f"Shop {n:03};x{n}@y.example" for n in range(120))})

    def positions(query: str) -> list[int]:
        return [row.listed.position for row in owner.get(WEB + query).context["page"].rows]

    first = owner.get(WEB).context["page"]
    second = owner.get(WEB + first.older_url).context["page"]
    assert positions(first.older_url) == list(range(51, 101))
    assert positions(second.older_url) == list(range(101, 121))
    assert positions(second.newer_url) == list(range(1, 51))
    assert positions("?q=shop 007") == [8]
    assert positions("?q=x42@y") == [43]
    assert positions("?state=needs") == []
    assert positions("?after=x&before=-1&state=odd")[0] == 1


def test_a_row_is_taken_out_and_its_link_with_it(
    integration: Integration, owner: Client, member: User, tenant: Tenant
) -> None:
    owner.post(f"{WEB}add/", {"text": "Fjordlys AS;a@y.example\nGranitt AS;b@y.example"})
    row = ListedCompany.objects.get(position=1)
    owner.post(f"/t/fjordlys/companies/listed/{row.pk}/invite/")

    owner.post(f"/t/fjordlys/companies/listed/{row.pk}/take-out/")

    assert [each.position for each in ListedCompany.objects.all()] == [2]
    assert Invitation.objects.get().withdrawn_at is not None
    assert listed.progress_of(tenant, integration).total == 1


def test_readers_look_and_strangers_find_nothing(
    integration: Integration, owner: Client, tenant: Tenant
) -> None:
    owner.post(f"{WEB}add/", {"text": "Fjordlys AS;a@y.example"})
    row = ListedCompany.objects.get()
    reader, stranger = Client(), Client()
    user = User.objects.create_user("reader@fjordlys.test")
    Member.objects.create(tenant=tenant, user=user, role=Member.Role.READER)
    reader.force_login(user)
    other = User.objects.create_user("stranger@other.test")
    Member.objects.create(tenant=Tenant.objects.create(name="Other", slug="other"), user=other)
    stranger.force_login(other)

    assert reader.get(WEB).status_code == 200
    assert "Take out" not in reader.get(WEB).content.decode()
    for path in ("add", "look", "invite"):
        assert reader.post(f"{WEB}{path}/").status_code == 403
        assert stranger.post(f"{WEB}{path}/").status_code == 404
    for deed in ("correct", "invite", "begin", "take-out"):
        path = f"/t/fjordlys/companies/listed/{row.pk}/{deed}/"
        assert reader.post(path).status_code == 403
        assert stranger.post(path).status_code == 404
        assert stranger.post(path.replace("fjordlys", "other")).status_code == 404
        assert owner.get(path).status_code == 405


def test_one_turn_of_the_background_looks_at_all_that_is_due(
    service_integration: Integration, owner: Client, sandbox: SandboxProcess
) -> None:
    ids = []
    for name in ("Fjordlys AS", "Fjordlys Danmark ApS"):
        ids.append(sandbox.company(name)["tenant_id"])
        approve(sandbox, ids[-1])
    owner.post(f"{SERVICE}add/", {"text": "\n".join(ids)})

    tasks.check_listed()

    assert Connection.objects.filter(state="connected").count() == 2
