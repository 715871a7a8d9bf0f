"""A file of orders: sent, seen, taken in, and pushed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.intake import tasks
from integrations.intake.models import Upload
from tests.deliveries.conftest import Push
from tests.e2e.conftest import WITH_AND_WITHOUT_SCRIPTS
from tests.e2e.visitor import Visitor
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "orders-fjordlys-as.csv"
HEADER = "order_number;customer;order_date;item;quantity;unit_price"
GOOD = "1001;10042;2026-11-20;22622;6;9,95\n1001;;;POST;1;18\n1002;10043;2026-11-20;21755;2;"
BAD = "1003;;2026-11-20;22622;6;9,95\n1004;10042;2026-11-20;22622;-6;9,95"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two good orders and two that are refused."""
    path = tmp_path / "friday.csv"
    path.write_text("\n".join([HEADER, GOOD, BAD]))
    return path


def send(frida: Visitor, path: Path, kind: str = "plain") -> None:
    """Go to the form by the menu, and send the file."""
    frida.follow("Files")
    frida.follow("Send a file of orders")
    frida.sees("Send a file of orders")
    frida.page.get_by_label("Kind of file").select_option(kind)
    frida.page.get_by_label("File", exact=True).set_input_files(path)
    frida.press("Read the file")


@WITH_AND_WITHOUT_SCRIPTS
def test_good_orders_of_a_file_arrive_once_and_bad_ones_stay_out(
    company: Connection, frida: Visitor, file: Path, push: Push, visma: SandboxProcess
) -> None:
    send(frida, file)
    frida.sees("2 orders can be taken in")
    refused = frida.page.locator("#refused")
    expect(refused).to_contain_text("2 orders were refused")
    expect(refused.get_by_role("row", name="1003")).to_contain_text("customer")
    expect(refused.get_by_role("row", name="1004")).to_contain_text("-6")
    assert not Delivery.objects.exists()

    frida.press("Take in 2 orders")
    frida.sees("2 orders were taken in")
    push()

    frida.follow("See where the orders are")
    frida.sees("No order needs you")
    row = frida.page.get_by_role("row", name="1001")
    expect(row).to_contain_text("Delivered")
    frida.page.get_by_role("link", name="1001").click()
    number = Delivery.objects.get(order__reference="1001").visma_number
    frida.sees(f"In Visma.net as SO {number}")
    frida.reads("Attempt 1: Visma.net took the order")
    assert sorted(Delivery.objects.values_list("order__reference", "state")) == [
        ("1001", "delivered"),
        ("1002", "delivered"),
    ]
    assert len(visma.orders(company.company.visma_key)) == 2


def test_the_same_file_again_sends_nothing_twice(
    company: Connection, frida: Visitor, file: Path, push: Push, visma: SandboxProcess
) -> None:
    send(frida, file)
    frida.press("Take in 2 orders")
    frida.sees("2 orders were taken in")
    push()

    send(frida, file)

    frida.sees("Every good order of this file is here already")
    frida.reads("This very file was taken in before")
    push()
    assert len(visma.orders(company.company.visma_key)) == 2


def test_refusals_can_be_taken_home(
    company: Connection, frida: Visitor, file: Path, tmp_path: Path
) -> None:
    send(frida, file)
    with frida.page.expect_download() as started:
        frida.follow("Download them")
    started.value.save_as(tmp_path / "refused.csv")

    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter=";"))
    assert {"1003", "1004"} <= {cell for row in rows for cell in row}


def test_a_file_that_is_no_file_of_orders_says_what_to_do(
    company: Connection, frida: Visitor, tmp_path: Path
) -> None:
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)

    send(frida, path)

    frida.sees("Nothing was taken in")
    frida.reads("We could not read this file")
    frida.follow("Send another file")
    frida.sees("Send a file of orders")


def test_a_press_without_a_file_is_answered_at_the_field(
    company: Connection, frida: Visitor
) -> None:
    frida.open("/t/fjordlys/files/new")
    frida.press("Read the file")

    frida.sees("Send a file of orders")
    frida.reads("Choose a file first.")
    expect(frida.page.get_by_label("File", exact=True)).to_have_attribute("aria-invalid", "true")


@WITH_AND_WITHOUT_SCRIPTS
def test_a_large_file_is_taken_in_while_the_person_looks_on(
    company: Connection, frida: Visitor, push: Push, scripts: bool
) -> None:
    send(frida, EXAMPLE, "online-retail")
    upload = Upload.objects.get()
    assert upload.order_count > tasks.TAKEN_IN_AT_ONCE
    frida.press(f"Take in {upload.order_count} orders")
    frida.sees(f"{upload.order_count} orders are being taken in")

    # What a worker does.
    tasks.take_in_now(upload.pk)
    if not scripts:
        frida.follow("Look again")

    frida.sees(f"{upload.order_count} orders were taken in")
    assert Delivery.objects.count() == upload.order_count
