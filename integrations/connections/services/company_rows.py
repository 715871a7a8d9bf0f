"""What a person pastes or sends, as rows of companies: name, tenant id, number, address."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

HYPHENS = re.compile("[\u2010-\u2015\u2212]")
UUID_LIKE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# What somebody meant as a tenant id although it is none: hexadecimal with hyphens, or most of it.
MEANT_AS_ID = re.compile(r"(?=.*[0-9])[0-9a-fA-F]{4,}(-[0-9a-zA-Z]*){2,}|[0-9a-fA-F]{24,}")
NUMBER_LIKE = re.compile(r"[A-Za-z]{0,3}[\s-]?\d[\d\s.-]{4,}[A-Za-z]{0,4}")
DELIMITERS = "\t;,"

# Headings people give these columns, in our six languages.
_HEADINGS = {
    "name": "name company navn firma selskap namn företag bolag nimi yritys naam bedrijf "
    "virksomhed",
    "given_id": "tenantid tenant id tenant-id tenant_id vismatenantid",
    "number": "number organisationnumber organizationnumber orgno orgnr orgnummer "
    "organisasjonsnummer organisationsnummer cvr cvrnr ytunnus kvk kvknummer nummer",
    "email": "email mail epost epostadress sähköposti emailaddress mailadresse",
}
HEADINGS = {word: name for name, words in _HEADINGS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class GivenCompany:
    """One row as it was written; every part may be empty."""

    name: str = ""
    given_id: str = ""
    number: str = ""
    email: str = ""


def from_text(text: str, *, ids_only: bool) -> list[GivenCompany]:
    """Read pasted lines: parted by tabs, semicolons or commas, with or without a heading."""
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(DELIMITERS, key=lambda mark: sum(mark in line for line in lines))
    if not any(delimiter in line for line in lines):
        return from_cells([[line] for line in lines], ids_only=ids_only)
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    return from_cells(rows, ids_only=ids_only)


def from_cells(rows: Iterable[Sequence[object]], *, ids_only: bool) -> list[GivenCompany]:
    """Read rows of cells. A heading names the columns; without one each cell tells by its form.

    ``ids_only``: a cell by itself is a tenant id, whatever it looks like.
    """
    texts = [[_text(cell) for cell in row] for row in rows]
    texts = [row for row in texts if any(row)]
    if not texts:
        return []
    columns = [HEADINGS.get(_word(cell), "") for cell in texts[0]]
    if any(columns):
        return [_by_columns(row, columns) for row in texts[1:]]
    return [_by_form(row, ids_only=ids_only) for row in texts]


def tenant_id(text: str) -> UUID | None:
    """The id as people paste it: with blanks, braces, or a hyphen from a text program."""
    cleaned = HYPHENS.sub("-", text).strip(" {}\"'\t\r\n")
    return UUID(cleaned) if UUID_LIKE.fullmatch(cleaned) else None


def _by_columns(row: list[str], columns: list[str]) -> GivenCompany:
    found: dict[str, str] = {}
    for name, cell in zip(columns, row, strict=False):
        if name and cell:
            found.setdefault(name, cell)
    return GivenCompany(**found)


def _by_form(row: list[str], *, ids_only: bool) -> GivenCompany:
    if ids_only and len(row) == 1:
        return GivenCompany(given_id=row[0])
    found: dict[str, str] = {}
    for cell in filter(None, row):
        form = _form(cell)
        if form == "name" and "name" in found and ids_only:
            # A second text beside the name is where the id was to stand.
            form = "given_id"
        found.setdefault(form, cell)
    return GivenCompany(**found)


def _form(cell: str) -> str:
    plain = HYPHENS.sub("-", cell).strip(" {}\"'")
    if UUID_LIKE.fullmatch(plain) or MEANT_AS_ID.fullmatch(plain):
        return "given_id"
    if "@" in cell:
        return "email"
    return "number" if NUMBER_LIKE.fullmatch(cell) else "name"


def _text(cell: object) -> str:
    """A number of a spreadsheet has no ``.0``; letters nobody sees go."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    shown = "".join(character for character in str(cell) if character.isprintable())
    return " ".join(shown.split())


def _word(cell: str) -> str:
    return re.sub(r"[\W_]", "", cell.casefold())
