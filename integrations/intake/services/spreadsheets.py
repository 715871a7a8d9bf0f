"""Any file a person may send, as a table. What it is, its first bytes tell, not its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from integrations.intake.services import delimited, workbooks
from integrations.intake.services.rows import COLUMNS_LIMIT, ROWS_LIMIT, Row, Table, Unreadable

ZIP = b"PK\x03\x04"
OLDER_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_table(path: Path) -> Table:
    """The rows of a CSV file or of a workbook's first sheet, blank ones left out.

    Raises Unreadable, at once or while the rows are read, with a sentence that says what to do.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Unreadable(_("The file is empty. Put a header row and the orders in it."))
    if head == OLDER_CONTAINER:
        workbooks.refuse_container(path)
    table = workbooks.read_table(path) if head.startswith(ZIP) else delimited.read_table(path)
    return replace(table, rows=_bounded(table.rows))


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count > ROWS_LIMIT or len(row.cells) > COLUMNS_LIMIT:
            raise Unreadable(
                _("The file is larger than %(rows)d rows or %(columns)d columns. Send it in parts.")
                % {"rows": ROWS_LIMIT, "columns": COLUMNS_LIMIT}
            )
        yield row
