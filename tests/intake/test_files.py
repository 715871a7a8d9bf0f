from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.clock import database_now
from integrations.intake import tasks
from integrations.intake.models import Refusal, Upload, UploadChunk, UploadedOrder
from integrations.intake.services import accepting, holding, taking_in
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Member, Tenant, User
from tests.intake.conftest import Connect, order
from tests.intake.workbooks import RETAIL, workbook

HEADER = "order_number;customer;order_date;item;quantity;unit_price"
GOOD = "1001;10042;2026-11-20;22622;6;9,95\n1001;;;POST;1;18\n1002;10043;2026-11-20;21755;2;"
BAD = "1003;;2026-11-20;22622;6;9,95\n1003;;2026-11-20;22622;-6;9,95"


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr("integrations.intake.tasks.ring", lambda: heard.append("ring"))
    return heard


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Which tasks a broker would have got."""
    messages: list[tuple[str, str]] = []

    def collect(name: str) -> None:
        def send(args: tuple[str], **options: Any) -> None:
            messages.append((name, *args))

        monkeypatch.setattr(f"integrations.intake.tasks.{name}.apply_async", send)

    collect("read_upload")
    collect("take_in_upload")
    return messages


@pytest.fixture
def visitor(member: User) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(member)
    return client


def send(
    visitor: Client, connection: Connection, content: str | bytes, mapping: str = "plain"
) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return visitor.post(
        "/t/fjordlys/files/new",
        {
            "connection": connection.pk,
            "mapping": mapping,
            "file": SimpleUploadedFile("orders.csv", raw),
        },
    )


def sent(visitor: Client, connection: Connection, *lines: str) -> Upload:
    response = send(visitor, connection, "\n".join([HEADER, *lines]))
    upload = Upload.objects.latest("uploaded_at")
    assert response.status_code == HTTPStatus.FOUND
    assert response["Location"] == address(upload)
    return upload


def address(upload: Upload, tail: str = "") -> str:
    return f"/t/fjordlys/files/{upload.pk}/{tail}"


def choose(visitor: Client, upload: Upload, choice: str) -> Upload:
    response = visitor.post(address(upload, "choice"), {"choice": choice})
    assert response["Location"] == address(upload)
    upload.refresh_from_db()
    return upload


def shown(visitor: Client, path: str) -> str:
    """The text of a page, blanks folded."""
    response = visitor.get(path)
    assert response.status_code == HTTPStatus.OK
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def references() -> list[str]:
    return list(SalesOrder.objects.order_by("pk").values_list("reference", flat=True))


def test_shows_what_is_in_a_file_before_anything_is_taken_in(
    visitor: Client, connection: Connection
) -> None:
    upload = sent(visitor, connection, GOOD, BAD)

    text = shown(visitor, address(upload))

    assert "2 orders can be taken in" in text
    assert "Good 2 3 Refused 1 2 In the file 3 5" in text
    assert "Take in 2 orders" in text
    assert "4 1003 customer – The order names no customer." not in text
    assert "5 1003 customer – The order names no customer." in text
    assert "6 1003 quantity -6 The quantity must be above zero." in text
    assert references() == []
    assert not UploadChunk.objects.exists()


def test_takes_in_the_good_orders(visitor: Client, connection: Connection, bell: list[str]) -> None:
    upload = choose(visitor, sent(visitor, connection, GOOD, BAD), "take-in")

    assert references() == ["1001", "1002"]
    assert Delivery.objects.filter(state="pending", lane__connection=connection).count() == 2
    assert SalesOrder.objects.get(reference="1001").content == {
        "reference": "1001",
        "buyer": "10042",
        "date": "2026-11-20",
        "lines": [
            {"item": "22622", "quantity": "6", "unit_price": "9.95"},
            {"item": "POST", "quantity": "1", "unit_price": "18"},
        ],
    }
    assert upload.state == Upload.State.ACCEPTED
    assert (upload.accepted_count, upload.known_count, upload.refused_count) == (2, 0, 1)
    assert bell == ["ring"]
    assert "2 orders were taken in" in shown(visitor, address(upload))


def test_takes_in_nothing_when_told_so(visitor: Client, connection: Connection) -> None:
    upload = choose(visitor, sent(visitor, connection, GOOD, BAD), "nothing")

    assert references() == []
    assert upload.state == Upload.State.DROPPED
    assert not UploadedOrder.objects.exists()
    assert choose(visitor, upload, "take-in").state == Upload.State.DROPPED
    assert references() == []


def test_takes_the_same_file_in_once(visitor: Client, connection: Connection) -> None:
    choose(visitor, sent(visitor, connection, GOOD), "take-in")

    again = sent(visitor, connection, GOOD)
    text = shown(visitor, address(again))
    choose(visitor, again, "take-in")

    assert (again.known_count, again.accepted_count) == (2, 0)
    assert "Every good order of this file is here already" in text
    assert "This very file was taken in before" in text
    assert references() == ["1001", "1002"]


def test_takes_the_same_file_in_once_when_both_wait_for_the_choice(
    visitor: Client, connection: Connection
) -> None:
    first, second = sent(visitor, connection, GOOD), sent(visitor, connection, GOOD)

    choose(visitor, first, "take-in")
    choose(visitor, second, "take-in")

    assert references() == ["1001", "1002"]
    assert (second.order_count, second.known_count, second.accepted_count) == (0, 2, 0)


def test_refuses_an_order_number_that_has_other_content(
    visitor: Client, connection: Connection
) -> None:
    choose(visitor, sent(visitor, connection, GOOD), "take-in")

    upload = sent(visitor, connection, GOOD.replace("6;9,95", "7;9,95"))

    assert (upload.known_count, upload.order_count, upload.refused_count) == (1, 0, 1)
    assert (upload.good_row_count, upload.refused_row_count) == (1, 2)
    (refusal,) = upload.refusals.all()
    assert (refusal.row, refusal.reference, refusal.code) == (2, "1001", "reference-reused")


def test_refuses_one_that_came_in_between_reading_and_choosing(
    visitor: Client, connection: Connection
) -> None:
    upload = sent(visitor, connection, GOOD)
    accepting.accept(connection, order("1001"), source=SalesOrder.Source.API, now=database_now())

    choose(visitor, upload, "take-in")

    assert references() == ["1001", "1002"]
    assert (upload.accepted_count, upload.order_count, upload.refused_count) == (1, 1, 1)
    assert (upload.good_row_count, upload.refused_row_count, upload.row_count) == (1, 2, 3)
    assert [refusal.code for refusal in upload.refusals.all()] == ["reference-reused"]


def test_writes_a_choice_into_the_audit(
    visitor: Client, connection: Connection, member: User
) -> None:
    upload = choose(visitor, sent(visitor, connection, GOOD), "take-in")

    event = AuditEvent.objects.get(verb="orders.accepted")
    assert event.facts["orders"] == 2
    assert event.facts["upload"] == str(upload.pk)
    assert event.personal == {"by": member.email, "file": "orders.csv"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("item;quantity\n1;2", "The header row lacks order_number, customer, order_date."),
        (HEADER, "The file has a header but no rows."),
        (b"%PDF-1.7\0", "This is neither a workbook nor a text file."),
        (b"PK\x03\x04", "The workbook is damaged."),
    ],
)
def test_says_what_is_wrong_with_a_file(
    visitor: Client, connection: Connection, content: str | bytes, sentence: str
) -> None:
    send(visitor, connection, content)

    upload = Upload.objects.get()
    text = shown(visitor, address(upload))
    assert upload.state == Upload.State.UNREADABLE
    assert sentence in text
    assert "Nothing of it was taken in." in text
    assert not UploadChunk.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("connection", "999", "Choose one of the list."),
        ("mapping", "no-such", "Choose one of the list."),
        ("file", "", "Choose a file first."),
        ("file", SimpleUploadedFile("orders.csv", b""), "The file is empty."),
    ],
)
def test_says_what_is_missing_in_the_form(
    visitor: Client, connection: Connection, field: str, value: object, sentence: str
) -> None:
    fields = {
        "connection": connection.pk,
        "mapping": "plain",
        "file": SimpleUploadedFile("orders.csv", GOOD.encode()),
        field: value,
    }

    response = visitor.post("/t/fjordlys/files/new", fields)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in response.content.decode()
    assert not Upload.objects.exists()


def test_refuses_a_file_beyond_the_limit_by_its_announced_size(
    visitor: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "UPLOAD_LIMIT", 1000)

    large = send(visitor, connection, "x" * 100_000)
    slightly = send(visitor, connection, "x" * 2_000)

    assert large.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert slightly.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for response in (large, slightly):
        assert "The file is larger than" in response.content.decode()
    assert not Upload.objects.exists()


def test_wants_a_csrf_token_for_a_file(member: User, connection: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    assert send(client, connection, GOOD).status_code == HTTPStatus.FORBIDDEN
    assert not Upload.objects.exists()


def test_reads_a_large_file_beside_the_web_server(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(tasks, "READ_AT_ONCE", 10)
    upload = sent(visitor, connection, GOOD)

    waiting = shown(visitor, address(upload))
    tasks.read_upload(*asked[0][1:])

    assert asked == [("read_upload", str(upload.pk))]
    assert "We are reading your file" in waiting
    assert "Look again" in waiting
    assert 'data-refresh-url=""' not in visitor.get(address(upload)).content.decode()
    assert "2 orders can be taken in" in shown(visitor, address(upload))


def test_takes_many_orders_in_beside_the_web_server(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(tasks, "TAKEN_IN_AT_ONCE", 1)
    upload = choose(visitor, sent(visitor, connection, GOOD), "take-in")

    waiting = shown(visitor, address(upload))
    tasks.take_in_upload(*asked[0][1:])

    assert "2 orders are being taken in" in waiting
    assert "0 of 2 orders are in" in waiting
    assert references() == ["1001", "1002"]
    assert "2 orders were taken in" in shown(visitor, address(upload))


def test_goes_on_after_a_worker_died_while_taking_in(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr("integrations.intake.services.taking_in.BATCH_SIZE", 1)
    monkeypatch.setattr(tasks, "TAKEN_IN_AT_ONCE", 0)
    upload = choose(visitor, sent(visitor, connection, GOOD), "take-in")
    dying = taking_in.take_in(upload.pk)
    next(dying)

    tasks.pick_up_uploads()
    too_early = list(asked)
    Upload.objects.update(worked_until=database_now() - timedelta(seconds=1))
    tasks.pick_up_uploads()
    tasks.take_in_upload(str(upload.pk))

    upload.refresh_from_db()
    assert too_early == [("take_in_upload", str(upload.pk))]
    assert asked == [("take_in_upload", str(upload.pk))] * 2
    assert references() == ["1001", "1002"]
    assert (upload.accepted_count, upload.known_count) == (2, 0)


def test_reads_a_file_anew_after_a_worker_died(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(tasks, "READ_AT_ONCE", 0)
    upload = sent(visitor, connection, GOOD, BAD)
    UploadedOrder.objects.create(upload=upload, reference="1001", first_row=2)
    Refusal.objects.create(upload=upload, row=9, code="left-over")

    tasks.read_upload(str(upload.pk))

    upload.refresh_from_db()
    assert upload.state == Upload.State.READ
    assert [found.reference for found in upload.orders.all()] == ["1001", "1002"]
    assert {refusal.code for refusal in upload.refusals.all()} == {"missing", "not-positive"}


def test_gives_a_file_up_that_takes_its_worker_down(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(tasks, "READ_AT_ONCE", 0)
    upload = sent(visitor, connection, GOOD)
    for _ in range(3):
        assert holding.take(upload.pk, Upload.State.READING)
        Upload.objects.update(worked_until=None)

    tasks.read_upload(str(upload.pk))

    assert "We tried several times to read this file" in shown(visitor, address(upload))


def test_knows_a_file_that_did_not_arrive_whole(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(tasks, "READ_AT_ONCE", 0)
    upload = sent(visitor, connection, GOOD)
    UploadChunk.objects.all().delete()

    tasks.read_upload(str(upload.pk))

    assert "The file did not arrive whole." in shown(visitor, address(upload))


def test_writes_nothing_for_a_worker_that_lost_its_hold(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(tasks, "READ_AT_ONCE", 0)
    upload = sent(visitor, connection, GOOD)
    frozen = holding.take(upload.pk, Upload.State.READING)
    assert holding.take(upload.pk, Upload.State.READING) is None
    Upload.objects.update(worked_until=database_now() - timedelta(seconds=1))
    second = holding.take(upload.pk, Upload.State.READING)

    assert frozen is not None
    assert second is not None
    with pytest.raises(holding.Lost), frozen.writing(row_count=1):
        pass
    with pytest.raises(holding.Lost):
        frozen.let_go(state=Upload.State.READ)
    with second.writing(row_count=2):
        pass
    upload.refresh_from_db()
    assert (upload.row_count, upload.state) == (2, Upload.State.READING)


def test_shows_a_stranger_nothing(
    visitor: Client, connection: Connection, stranger: Tenant, connect: Connect
) -> None:
    upload = sent(visitor, connection, GOOD, BAD)
    theirs = connect(stranger, "Granitt AS")
    outsider = Client()
    outsider.force_login(User.objects.get(email="bo@granitt.test"))

    for path in ("", "refused.csv"):
        assert outsider.get(address(upload, path)).status_code == HTTPStatus.NOT_FOUND
        inside = address(upload, path).replace("fjordlys", "granitt")
        assert outsider.get(inside).status_code == HTTPStatus.NOT_FOUND
    for path in ("choice", "go-on"):
        assert outsider.post(address(upload, path)).status_code == HTTPStatus.NOT_FOUND
    assert outsider.get("/t/fjordlys/files/").status_code == HTTPStatus.NOT_FOUND
    assert send(visitor, theirs, GOOD).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_lets_a_reader_look_but_not_choose(
    visitor: Client, connection: Connection, tenant: Tenant
) -> None:
    upload = sent(visitor, connection, GOOD)
    reader = Client()
    user = User.objects.create_user("liv@fjordlys.test", "correct horse battery")
    Member.objects.create(tenant=tenant, user=user, role=Member.Role.READER)
    reader.force_login(user)

    assert "Take in" not in shown(reader, address(upload))
    assert reader.post(address(upload, "choice")).status_code == HTTPStatus.FORBIDDEN
    assert send(reader, connection, GOOD).status_code == HTTPStatus.FORBIDDEN


def test_pages_through_refusals_by_their_rows(visitor: Client, connection: Connection) -> None:
    lines = [f"{number};;2026-11-20;1;1;" for number in range(1000, 1250)]
    upload = sent(visitor, connection, *lines)

    first = visitor.get(address(upload)).content.decode()
    second = visitor.get(address(upload, f"?after={after(first)}")).content.decode()
    third = visitor.get(address(upload, f"?after={after(second)}")).content.decode()
    back = visitor.get(address(upload, f"?before={before(third)}")).content.decode()

    assert [rows(text) for text in (first, second, third, back)] == [
        (1000, 1099), (1100, 1199), (1200, 1249), (1100, 1199)
    ]  # fmt: skip
    assert 'href="?after=' not in third
    assert 'href="?before=' not in first


def rows(text: str) -> tuple[int, int]:
    found = [int(number) for number in re.findall(r"<bdi>(1\d{3})</bdi>", text)]
    return found[0], found[-1]


def after(text: str) -> str:
    return str(re.findall(r'href="\?after=(\d+)', text)[0])


def before(text: str) -> str:
    return str(re.findall(r'href="\?before=(\d+)', text)[0])


def test_finds_the_refusals_of_an_order(visitor: Client, connection: Connection) -> None:
    lines = [f"{number};;2026-11-20;1;1;" for number in range(1000, 1250)]
    upload = sent(visitor, connection, *lines)

    found = shown(visitor, address(upload, "?order=1234"))

    assert "236 1234 customer" in found
    assert "1235" not in found
    assert "No refused order begins with this number." in shown(
        visitor, address(upload, "?order=9")
    )
    assert shown(visitor, address(upload, "?order=%00&after=x&before=-1"))


def test_hands_the_refusals_out_harmlessly(visitor: Client, connection: Connection) -> None:
    upload = sent(visitor, connection, "=2+5;;2026-11-20;1;-1;", "@x;10042;2026-11-20;+1;-1;x")

    response = visitor.get(address(upload, "refused.csv"))

    text = b"".join(response).decode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")) == [
        ["Row", "Order number", "Column", "Value", "Reason", "Code"],
        ["2", "'=2+5", "customer", "", "The order names no customer.", "missing"],
        [
            "2", "'=2+5", "quantity", "-1",
            "The quantity must be above zero. A return is not a sales order.", "not-positive",
        ],
        [
            "3", "'@x", "quantity", "-1",
            "The quantity must be above zero. A return is not a sales order.", "not-positive",
        ],
        [
            "3", "'@x", "unit_price", "x",
            "A number is expected here, like 12.50.", "not-a-number",
        ],
    ]  # fmt: skip


def test_hands_out_a_template_that_it_reads_itself(visitor: Client, connection: Connection) -> None:
    template = b"".join(visitor.get("/t/fjordlys/files/template.csv")).decode()

    send(visitor, connection, template + "1001;10042;2026-11-20;22622;6;9,95;;;;;;;;\r\n")

    assert Upload.objects.get().order_count == 1


def test_refuses_in_the_language_of_the_sender(visitor: Client, connection: Connection) -> None:
    visitor.cookies["django_language"] = "nb"

    upload = sent(visitor, connection, BAD)

    assert upload.language == "nb"


def test_lists_the_files(visitor: Client, connection: Connection) -> None:
    empty = shown(visitor, "/t/fjordlys/files/")
    sent(visitor, connection, GOOD)

    assert "No file was sent yet" in empty
    assert "Waiting for your choice orders.csv Fjordlys AS 0 0" in shown(
        visitor, "/t/fjordlys/files/"
    )
    assert shown(visitor, "/t/fjordlys/files/?before=not-a-key")


def test_says_where_to_begin_without_a_connection(visitor: Client, tenant: Tenant) -> None:
    assert "No company is connected yet" in shown(visitor, "/t/fjordlys/files/new")


def test_adds_up_a_workbook_of_forty_thousand_rows(
    visitor: Client, connection: Connection, asked: list[tuple[str, str]]
) -> None:
    moment = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 - a spreadsheet knows no zone
    lines = [
        [
            f"C{536000 + n // 20}" if n // 20 % 50 == 0 else 536000 + n // 20,
            22622, "BLOCKS ", -1 if n // 20 % 50 == 0 else 6, moment, 2.55,
            None if n // 20 % 40 == 1 else 17850.0, "United Kingdom",
        ]
        for n in range(40_000)
    ]  # fmt: skip

    send(visitor, connection, workbook([RETAIL, *lines]), "online-retail")
    upload = Upload.objects.get()
    tasks.read_upload(str(upload.pk))
    choose(visitor, upload, "take-in")
    tasks.take_in_upload(str(upload.pk))

    upload.refresh_from_db()
    refused = 40 + 50
    assert asked == [("read_upload", str(upload.pk)), ("take_in_upload", str(upload.pk))]
    assert upload.state == Upload.State.ACCEPTED
    assert (upload.row_count, upload.refused_count) == (40_000, refused)
    assert (upload.good_row_count, upload.refused_row_count) == (
        (2000 - refused) * 20,
        refused * 20,
    )
    assert upload.accepted_count == upload.order_count == 2000 - refused
    assert Delivery.objects.filter(state="pending").count() == 2000 - refused


def import_orders(*arguments: object) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("import_orders", *map(str, arguments), stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(str(ended.code))
    return out.getvalue(), 0


def test_imports_a_file_from_the_command_line(connection: Connection, tmp_path: Any) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, GOOD]))

    first = import_orders(path, "--connection", connection.pk)
    again = import_orders(path, "--connection", connection.pk, "--mapping", "plain")

    assert first == ("3 rows: 2 orders accepted, 0 here already, 0 refused.\n", 0)
    assert again == ("3 rows: 0 orders accepted, 2 here already, 0 refused.\n", 0)
    assert references() == ["1001", "1002"]


def test_tells_on_the_command_line_what_was_refused(connection: Connection, tmp_path: Any) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, GOOD, BAD]))

    cautious = import_orders(path, "--connection", connection.pk, "--only-if-all-good")
    before = references()
    usual = import_orders(path, "--connection", connection.pk)

    assert cautious == (
        "refused 1003: row 5 · customer: The order names no customer.\n"
        "refused 1003: row 6 · quantity · -6: The quantity must be above zero. "
        "A return is not a sales order.\n"
        "5 rows: 0 orders accepted, 0 here already, 1 refused.\n",
        1,
    )
    assert before == []
    assert usual[0].endswith("5 rows: 2 orders accepted, 0 here already, 1 refused.\n")
    assert usual[1] == 1


def test_says_on_the_command_line_why_it_read_nothing(
    connection: Connection, tmp_path: Any
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"%PDF\0")

    for arguments, sentence in (
        ((path, "--connection", connection.pk), "This is neither a workbook nor a text file."),
        ((path, "--connection", 999), "There is no connection 999."),
        ((tmp_path / "none", "--connection", connection.pk), "can't be read: No such file"),
    ):
        with pytest.raises(CommandError, match=sentence):
            import_orders(*arguments)


def test_makes_shows_once_and_revokes_a_key(
    visitor: Client, tenant: Tenant, connection: Connection
) -> None:
    made = visitor.post(reverse("intake:keys", args=["fjordlys"]), {"name": "Webshop"})
    (text,) = re.findall(r"vp_live_\w+", made.content.decode())
    listed = visitor.get("/t/fjordlys/api-keys/").content.decode()
    path = f"/api/v1/companies/{connection.company_id}/orders"
    let_in = Client().get(path, headers={"Authorization": f"Bearer {text}"})
    key = tenant.api_keys.get()
    visitor.post(f"/t/fjordlys/api-keys/{key.pk}/revoke")
    kept_out = Client().get(path, headers={"Authorization": f"Bearer {text}"})

    assert "no-store" in made["Cache-Control"]
    assert text not in listed
    assert text[-4:] in listed
    assert (let_in.status_code, kept_out.status_code) == (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED)
    assert [event.verb for event in AuditEvent.objects.order_by("number")] == [
        "api_key.made",
        "api_key.revoked",
    ]
    assert text not in repr(list(AuditEvent.objects.values()))


def test_lets_staff_revoke_keys_but_never_see_one(
    visitor: Client, staff: User, tenant: Tenant
) -> None:
    visitor.post("/t/fjordlys/api-keys/", {"name": "Webshop"})
    client = Client()
    client.force_login(staff)

    assert (
        client.post("/t/fjordlys/api-keys/", {"name": "Mine"}).status_code == HTTPStatus.FORBIDDEN
    )
    client.post(f"/t/fjordlys/api-keys/{tenant.api_keys.get().pk}/revoke")
    assert tenant.api_keys.get().revoked_at is not None


def test_touches_no_key_of_a_stranger(visitor: Client, stranger: Tenant) -> None:
    bo = User.objects.get(email="bo@granitt.test")
    client = Client()
    client.force_login(bo)
    client.post("/t/granitt/api-keys/", {"name": "Theirs"})
    theirs = stranger.api_keys.get()

    assert (
        visitor.post(f"/t/fjordlys/api-keys/{theirs.pk}/revoke").status_code == HTTPStatus.NOT_FOUND
    )
    assert visitor.get("/t/granitt/api-keys/").status_code == HTTPStatus.NOT_FOUND
    theirs.refresh_from_db()
    assert theirs.revoked_at is None
