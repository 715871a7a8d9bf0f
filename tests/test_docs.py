"""The documents name what there is, and lead where they say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.db import connection as database
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string

from integrations.connections.models import Application, Company, Connection, Integration
from integrations.connections.services.findings import Finding
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.lanes import lane_for
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant
from portal.celery import app

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))

OURS = [config for config in apps.get_app_configs() if config.name.startswith("integrations.")]


def documents() -> list[Path]:
    folders = (".", ".github", "docs", "docs/decisions", "sandbox", "examples", "benchmarks")
    return sorted(path for folder in folders for path in (ROOT / folder).glob("*.md"))


def without_code(text: str) -> str:
    """The text without its fenced blocks, in which a bracket is no link."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def anchors(text: str) -> set[str]:
    """What a link may name in a document, as code hosts make it of a heading."""
    headings = re.findall(r"^#+ +(.+)$", without_code(text), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(path: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text())):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        found = (path.parent / file).resolve() if file else path
        if not found.exists() or (anchor and anchor not in anchors(found.read_text())):
            yield target


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level or above."""
    level = heading.partition(" ")[0]
    return re.split(rf"^#{{1,{len(level)}}} ", text.split(f"\n{heading}\n")[1], flags=re.M)[0]


def first_cells(text: str) -> list[str]:
    """The first cell of each row of the text's tables, without heads and without marks."""
    rows = re.findall(r"^\| *([^|]*?) *\|.*\n(?!\| --- )", text, re.M)
    return [cell.strip("`*") for cell in rows if cell != "---"]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    assert list(dead_links(path)) == []


def test_the_glossary_names_every_model_and_no_other_class() -> None:
    rows = re.findall(r"^\| \*\*.+?\| .+? \| (.*?) \|", (DOCS / "glossary.md").read_text(), re.M)
    named = {name for cell in rows for name in re.findall(r"`([A-Z][a-zA-Z]+)`", cell)}

    models = {model.__name__ for config in OURS for model in config.get_models()}
    assert named - {"Kind", "Route", "Finding"} == models


def test_each_word_of_the_glossary_has_one_row() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\*", (DOCS / "glossary.md").read_text(), re.M)

    assert [word for word in words if words.count(word) > 1] == []


def test_operations_names_every_command_of_ours_and_none_that_is_not_there() -> None:
    named = set(re.findall(r"(?:run manage|manage\.py) ([a-z_]+)", OPERATIONS))
    named |= set(re.findall(r"`([a-z]+_[a-z_]+)` makes", OPERATIONS))
    there = get_commands()

    ours = {name for name, place in there.items() if place.startswith("integrations.")}
    assert ours - named == set()
    assert named - there.keys() == set()


def test_operations_has_a_row_for_every_task() -> None:
    app.loader.import_default_modules()
    tasks = {name for name in app.tasks if name.startswith("integrations.")}

    assert sorted(first_cells(section(OPERATIONS, "### Tasks"))) == sorted(tasks)


def test_what_the_scheduler_starts_is_named_so() -> None:
    rows = re.findall(r"^\| `(integrations\..+?)` \|.*\| scheduler,", OPERATIONS, re.M)

    assert set(rows) == {each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()}


def test_operations_has_a_row_for_every_group_of_settings() -> None:
    blocks = (ROOT / ".env.example").read_text().split("\n\n")
    groups = [block[2:].partition(":")[0] for block in blocks if re.fullmatch(r"# .+", block)]

    assert first_cells(section(OPERATIONS, "## Settings")) == groups


def test_operations_has_a_row_for_every_program() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    rows = first_cells(section(OPERATIONS, "## Programs").split("### Tasks")[0])

    assert rows == list(services)


def test_settings_named_in_documents_are_settings() -> None:
    example = (ROOT / ".env.example").read_text()
    known = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.M)) | {"CLIENT_SECRET"}
    named = {
        name
        for path in documents()
        if path.parent in (ROOT, DOCS)
        for name in re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*| [A-Z]+)?`", path.read_text())
    }

    assert named - known == set()


def test_addresses_named_in_operations_are_answered() -> None:
    named = re.findall(
        r"`(/(?:healthz|readyz|console|admin|callback|accounts)[a-z/]*)`", OPERATIONS
    )

    assert [address for address in named if not is_answered(address)] == []


def is_answered(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def test_connections_has_a_row_for_every_finding() -> None:
    text = section((DOCS / "connections.md").read_text(), "## Findings")

    assert sorted(first_cells(text)) == sorted(Finding)


def test_architecture_has_a_row_for_every_state_of_a_delivery() -> None:
    text = section((DOCS / "architecture.md").read_text(), "### States of a delivery")
    states = [str(state) for state in Delivery.State]

    assert first_cells(text) == states
    assert set(re.findall(r"^ +(\w+) --> \w+", text, re.M)) <= set(states)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_context_choice_and_consequences(path: Path) -> None:
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.M)

    assert headings[1:] == ["Context", "Choice", "Consequences"]
    assert headings[0].startswith(f"{int(path.stem[:4])}. ")


def test_decisions_are_numbered_and_listed() -> None:
    listed = re.findall(r"\]\((\d.+?\.md)\)", (DOCS / "decisions/README.md").read_text())

    assert listed == [path.name for path in DECISIONS]
    assert [int(path.stem[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]
    text = (DOCS / "decisions/0018-dependencies.md").read_text()

    assert first_cells(text) == [re.split(r"[<>=;]", each)[0].strip() for each in wanted]


@pytest.mark.needs_postgres
def test_after_a_restore_what_waits_is_looked_up_before_it_is_sent(tenant: Tenant) -> None:
    (statement,) = re.findall(r"```sql\n(.+?)```", OPERATIONS, re.S)
    waiting, delivered = (submitted(tenant, reference) for reference in ("WEB-1", "WEB-2"))
    Delivery.objects.filter(pk=delivered.pk).update(
        state=Delivery.State.DELIVERED, visma_type="SO", visma_number="000001"
    )

    with database.cursor() as cursor:
        cursor.execute(statement)

    waiting.refresh_from_db()
    delivered.refresh_from_db()
    assert waiting.state == Delivery.State.UNCERTAIN
    assert waiting.first_sent_at == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert delivered.state == Delivery.State.DELIVERED


def submitted(tenant: Tenant, reference: str) -> Delivery:
    now = datetime(2026, 11, 19, tzinfo=UTC)
    order = SalesOrder.objects.create(
        connection=_connection(tenant), reference=reference, content={}, content_digest="",
        buyer="10042", ordered_on=now.date(), line_count=1, source="api", submitted_at=now,
    )  # fmt: skip
    return Delivery.objects.create(
        order=order, lane=lane_for(order.connection), due_at=now + timedelta(days=1),
        visma_company="fjordlys",
    )  # fmt: skip


def _connection(tenant: Tenant) -> Connection:
    application, _ = Application.objects.get_or_create(slug="webshop", kind="connect")
    integration, _ = Integration.objects.get_or_create(application=application, slug="webshop")
    company, _ = Company.objects.get_or_create(tenant=tenant, context_id="7")
    return Connection.objects.get_or_create(integration=integration, company=company)[0]


def test_the_modules_named_in_architecture_are_there() -> None:
    text = (DOCS / "architecture.md").read_text()
    named = set(re.findall(r"`((?:deliveries|connections|intake|visma)(?:\.[a-z_]+)+)`", text))

    assert [name for name in sorted(named) if not is_there(f"integrations.{name}")] == []


def is_there(name: str) -> Any:
    """Whether it is a module, or something in one."""
    try:
        return import_string(name) is not None
    except ImportError:
        return (ROOT / f"{name.replace('.', '/')}.py").exists()
