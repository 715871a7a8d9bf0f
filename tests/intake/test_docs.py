from __future__ import annotations

from pathlib import Path

from integrations.intake.api.problems import KINDS
from integrations.intake.services.mappings import MAPPINGS
from integrations.intake.services.refusals import SENTENCES
from integrations.orders.services import content, faults

DOCS = Path(__file__).parents[2] / "docs"


def test_api_document_names_every_problem() -> None:
    text = (DOCS / "api.md").read_text()

    assert [code for code in KINDS if f"`{code}`" not in text] == []
    assert [code for code in faults.SENTENCES if f"`{code}`" not in text] == []


def test_api_document_names_every_member_of_an_order() -> None:
    text = (DOCS / "api.md").read_text()
    members = [*content.ORDER, *content.ORDER_OPTIONAL]
    members += [f"lines[].{name}" for name in (*content.LINE, *content.LINE_OPTIONAL)]

    assert [name for name in members if f"| `{name}` |" not in text] == []


def test_file_document_names_every_column_and_code() -> None:
    text = (DOCS / "files.md").read_text()
    columns = [column.heading for mapping in MAPPINGS.values() for column in mapping.columns]

    assert [name for name in columns if name not in text] == []
    assert [
        code for code in SENTENCES if code not in faults.SENTENCES and f"`{code}`" not in text
    ] == []
