"""Files as people send them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

RETAIL = [
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
    "Country",
]  # fmt: skip


def workbook(rows: Iterable[Iterable[Any]], **sheets: Iterable[Iterable[Any]]) -> bytes:
    """An .xlsx file; further sheets by their names."""
    book = Workbook(write_only=True)
    for title, lines in {"Orders": rows, **sheets}.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def altered(content: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text of one of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(name, text)
    return file.getvalue()


def saved(folder: Path, content: bytes | str) -> Path:
    path = folder / "orders"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
