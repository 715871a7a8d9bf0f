"""Workbooks (.xlsx), read only after their parts were measured."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from integrations.intake.services import workbook_parts
from integrations.intake.services.rows import Broken, Cell, Row, Table, Unreadable, is_empty
from integrations.intake.services.workbook_parts import Measured

# What zipfile and calamine raise for files that are cut, altered or locked part by part.
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    CalamineError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
LOCKED = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"


def read_table(path: Path) -> Table:
    """The rows of a workbook's first sheet. Raises Unreadable."""
    try:
        with zipfile.ZipFile(path) as archive:
            measured = workbook_parts.measure(archive)
            workbook = _opened(path)
            names = _visible_sheets(workbook)
            sheet = measured.get(workbook_parts.part_of(archive, names[0]), Measured())
    except DAMAGES as error:
        raise Unreadable(_not_whole()) from error
    return Table(_rows(workbook, names[0], sheet), left_out=tuple(names[1:]))


def refuse_container(path: Path) -> None:
    """Say what is wrong with a file of Microsoft's older container format. Always raises."""
    if LOCKED in path.read_bytes():
        raise Unreadable(
            _("The workbook is locked with a password. Save it without one and send it again.")
        )
    raise Unreadable(
        _("This is a workbook of the older format. Save it as .xlsx and send it again.")
    )


def _opened(path: Path) -> CalamineWorkbook:
    try:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise Unreadable(
            _("The workbook is locked with a password. Save it without one and send it again.")
        ) from error
    except BaseException as error:
        # A panic of the Rust library is no Exception; it says as much as a damaged file.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(_not_whole()) from error


def _visible_sheets(workbook: CalamineWorkbook) -> list[str]:
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if not names:
        raise Unreadable(_("The workbook has no sheet to read. Put the orders on a visible sheet."))
    return names


def _rows(workbook: CalamineWorkbook, name: str, measured: Measured) -> Iterator[Row]:
    try:
        sheet = workbook.get_sheet_by_name(name)
        first_column = sheet.start[1] if sheet.start else 0
        # iter_rows begins at row 1, whatever the first row in use, but at the first column in use.
        for number, found in enumerate(sheet.iter_rows(), 1):
            cells: list[Cell] = list(found)
            for column in measured.broken.get(number, ()):
                if 0 <= column - first_column < len(cells):
                    cells[column - first_column] = Broken.CELL
            if not all(map(is_empty, cells)):
                yield Row(number, cells)
    except DAMAGES as error:
        raise Unreadable(_not_whole()) from error


def _not_whole() -> str:
    return _("The workbook is damaged. Open it, save it as .xlsx again, and send that file.")
