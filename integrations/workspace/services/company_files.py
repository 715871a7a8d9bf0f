"""A file with a list of companies, as rows of cells."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from integrations.connections.services import company_rows
from integrations.connections.services.company_rows import GivenCompany
from integrations.connections.services.many_companies import MOST_ROWS
from integrations.intake.services import spreadsheets

LARGEST = 1024 * 1024


def read(file: UploadedFile[Any], *, ids_only: bool) -> list[GivenCompany]:
    """The companies of a CSV file or of a workbook's first sheet. Raises rows.Unreadable.

    Reads one row more than a list may have, so that the caller can say so.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
        table = spreadsheets.read_table(path)
        cells = [list(row.cells) for row in islice(table.rows, MOST_ROWS + 2)]
    return company_rows.from_cells(cells, ids_only=ids_only)
