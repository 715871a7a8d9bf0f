"""Each language says all that the sources say, and nothing else."""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override
from django.utils.translation.template import templatize

from integrations.connections.services.findings import explain

ROOT = Path(__file__).resolve().parent.parent
OFFERED = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
CALL = re.compile(rf"(_|n?p?gettext)\(({LITERAL})(?:, ({LITERAL}))?(?:, ({LITERAL}))?")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}|</?\w+[^>]*>")
# What a number is called in a text with a plural.
NUMBERS = {"%(n)s", "%(works)s", "%(count)s"}
# How many texts a function takes, and whether a context stands before them.
TAKES = {
    "gettext": (1, False),
    "ngettext": (2, False),
    "pgettext": (1, True),
    "npgettext": (2, True),
}

every_language = pytest.mark.parametrize("language", OFFERED)


class Text(NamedTuple):
    """A text of the sources; ``plural`` and ``context`` are empty where there is none."""

    context: str
    one: str
    plural: str = ""


class Entry(NamedTuple):
    text: Text
    forms: list[str]
    flags: str


def catalogue(language: str, kind: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / f"django.{kind}"


def entries(language: str) -> list[Entry]:
    """What stands in a catalogue's source, without its header."""
    blocks = catalogue(language, "po").read_text().split("\n\n")
    return [entry for entry in map(_entry, blocks) if entry.text.one]


def _entry(block: str) -> Entry:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        keyword, quote, rest = line.partition('"')
        if not quote or keyword.startswith("#"):
            continue
        name = keyword.strip() or name
        fields[name] = fields.get(name, "") + ast.literal_eval(quote + rest)
    text = Text(fields.get("msgctxt", ""), fields.get("msgid", ""), fields.get("msgid_plural", ""))
    forms = [said for field, said in fields.items() if field.startswith("msgstr")]
    return Entry(text, forms, " ".join(re.findall(r"^#,(.*)", block, re.M)))


def texts_of_the_sources() -> set[Text]:
    found: set[Text] = set()
    for folder in ("integrations", "portal"):
        for path in (ROOT / folder).rglob("*.py"):
            found.update(_in_python(path.read_text()))
    for path in (ROOT / "templates").rglob("*.*"):
        found.update(_in_template(path.read_text()))
    return found


def _in_python(source: str) -> Iterator[Text]:
    """Calls of gettext by whatever name the module imports it, where they get a literal."""
    tree = ast.parse(source)
    called = {
        alias.asname or alias.name: re.sub("_(lazy|noop)$", "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            literals = [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
            yield from _text(called.get(node.func.id, ""), literals)


def _in_template(source: str) -> Iterator[Text]:
    for function, *literals in CALL.findall(templatize(source)):
        yield from _text(
            "gettext" if function == "_" else function,
            [ast.literal_eval(literal) for literal in literals if literal],
        )


def _text(function: str, literals: list[str]) -> Iterator[Text]:
    number, has_context = TAKES.get(function, (0, False))
    context = literals.pop(0) if has_context and literals else ""
    if number and len(literals) >= number:
        yield Text(context, *literals[:number])


@every_language
def test_every_text_is_translated(language: str) -> None:
    lacking = [
        entry.text.one
        for entry in entries(language)
        if not all(entry.forms) or "fuzzy" in entry.flags
    ]

    assert lacking == []


@every_language
def test_a_text_with_a_plural_has_both_forms(language: str) -> None:
    for entry in entries(language):
        assert len(entry.forms) == (2 if entry.text.plural else 1), entry.text.one


@every_language
def test_translations_have_the_placeholders_of_their_text(language: str) -> None:
    assert [entry.text.one for entry in entries(language) if not _fills_alike(entry)] == []


def _fills_alike(entry: Entry) -> bool:
    """The form for one may spell its number: «Eén order» for «%(n)s order»."""
    one, *more = [set(PLACEHOLDER.findall(form)) for form in entry.forms]
    wanted = set(PLACEHOLDER.findall(entry.text.one))
    spelled = NUMBERS if more else set()
    return wanted - spelled <= one <= wanted and all(
        form == set(PLACEHOLDER.findall(entry.text.plural)) for form in more
    )


@every_language
def test_what_is_committed_is_what_the_catalogue_compiles_to(language: str) -> None:
    compiled = catalogue(language, "mo").read_bytes()
    with catalogue(language, "mo").open("rb") as file:
        translations = GNUTranslations(file)

    (count,) = struct.unpack("<I", compiled[8:12])
    assert count == len(entries(language)) + 1
    for text, forms, _flags in entries(language):
        assert [_said(translations, text, number) for number in (1, 2)[: len(forms)]] == forms


def _said(translations: GNUTranslations, text: Text, number: int) -> str:
    if text.plural:
        return translations.ngettext(text.one, text.plural, number)
    if text.context:
        return translations.pgettext(text.context, text.one)
    return translations.gettext(text.one)


@every_language
def test_the_catalogue_has_the_texts_of_the_sources_and_no_other(language: str) -> None:
    assert {entry.text for entry in entries(language)} == texts_of_the_sources()


@every_language
def test_a_catalogue_tells_nobody_who_wrote_it_or_where(language: str) -> None:
    source = catalogue(language, "po").read_text()
    names = set(re.findall(r'^"([\w-]+):', source, re.M))

    assert f'"Language: {language}\\n"' in source
    assert names & {"Last-Translator", "Language-Team", "PO-Revision-Date"} == set()
    assert re.findall("^#[^,].*", source, re.M) == []


@every_language
def test_a_translation_never_shouts(language: str) -> None:
    assert [form for entry in entries(language) for form in entry.forms if "!" in form] == []


@pytest.mark.django_db
@every_language
def test_the_sign_in_page_speaks_the_language_of_the_browser(language: str) -> None:
    with override(settings.LANGUAGE_CODE):
        answer = Client().get("/accounts/login/", headers={"Accept-Language": language})

    said = {entry.text.one: entry.forms[0] for entry in entries(language)}
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in page
    assert said["With the e-mail address you were invited with."] in page


@every_language
def test_what_is_marked_for_later_is_said_in_the_language_of_then(language: str) -> None:
    said = {entry.text.one: entry.forms[0] for entry in entries(language)}

    with override(language):
        told = explain("link_ended")

    assert told.heading == said["This link has ended"] != "This link has ended"
