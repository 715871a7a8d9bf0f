"""The consent ledger as a page, one entry, to print, and as JSON."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.test import Client

from integrations.audit.models import AuditEvent
from integrations.audit.services import record
from integrations.audit.services.forgetting import forget_person
from integrations.connections.models import Connection
from integrations.connections.services import ledger_reading
from integrations.tenants.models import Tenant
from tests.walker import heading
from tests.workspace.seeds import NOON, make_connection, make_integration, write_consent

PAGE = "/t/fjordlys/consents/"


def test_tells_how_many_stand_and_that_the_chain_holds(
    owner: Client, connection: Connection
) -> None:
    write_consent(connection)
    answer = owner.get(PAGE)

    page = answer.content.decode()
    assert heading(page) == "One consent stands"
    assert "Consent given" in page
    assert "nordhandel@fjordlys.test" in page
    assert "Unbroken" in page
    assert "no-store" in answer["Cache-Control"]

    write_consent(connection, "withdrawn", minutes=1)
    page = owner.get(PAGE).content.decode()
    assert heading(page) == "No consent stands now"


def test_an_empty_ledger_says_when_its_first_entry_comes(owner: Client, tenant: Tenant) -> None:
    page = owner.get(PAGE).content.decode()

    assert heading(page) == "No consent yet"
    assert "The first entry is written when somebody connects a company" in page
    assert "Connect a company" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ["Withdrawn here", "Fewer rights than before", "Consent given"]),
        ("?state=given", ["Consent given"]),
        ("?state=changed", ["Fewer rights than before"]),
        ("?state=ended", ["Withdrawn here"]),
        ("?q=FJORDLYS", ["Withdrawn here", "Fewer rights than before", "Consent given"]),
        ("?q=astrid", ["Withdrawn here"]),
        ("?q=nobody", []),
        ("?q=%25", []),
        ("?state=no-such&company=x&before=x", ["Withdrawn here", "Fewer rights than before",
                                              "Consent given"]),
    ],
)  # fmt: skip
def test_finds_by_what_happened_by_person_and_by_company(
    owner: Client, connection: Connection, query: str, words: list[str]
) -> None:
    write_consent(connection)
    write_consent(connection, "lessened", minutes=1)
    write_consent(connection, "withdrawn", minutes=2, personal={"by": "astrid@fjordlys.test"})

    answer = owner.get(PAGE + query)

    assert [entry.word for entry in answer.context["rows"]] == words
    if not words:
        assert "No entry is like that" in answer.content.decode()


def test_finds_one_companys_entries(owner: Client, connection: Connection) -> None:
    other = make_integration("other")
    write_consent(connection)
    write_consent(
        make_connection(connection.company.tenant, "Granitt AS", integration=other), "renewed"
    )

    rows = owner.get(f"{PAGE}?company={connection.pk}").context["rows"]

    assert [entry.word for entry in rows] == ["Consent given"]


def test_pages_by_key(
    owner: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_reading, "PAGE", 2)
    for minute in range(5):
        write_consent(connection, "renewed", minutes=minute)

    first = owner.get(PAGE)
    assert numbers(first) == [5, 4]
    assert first.context["newer_url"] == ""
    second = owner.get(PAGE + first.context["older_url"])
    assert numbers(second) == [3, 2]
    last = owner.get(PAGE + second.context["older_url"])
    assert (numbers(last), last.context["older_url"]) == ([1], "")
    assert numbers(owner.get(PAGE + last.context["newer_url"])) == [3, 2]
    assert numbers(owner.get(PAGE + second.context["newer_url"])) == [5, 4]


def numbers(answer: Any) -> list[int]:
    return [entry.event.number for entry in answer.context["rows"]]


def test_one_entry_has_the_exact_text_its_language_and_its_history(
    owner: Client, connection: Connection
) -> None:
    entry = write_consent(connection)
    write_consent(connection, "ended", minutes=1, because="consent_ended")

    page = owner.get(f"{PAGE}{entry.number}/").content.decode()

    assert heading(page) == "Consent given"
    assert 'lang="nb"' in page
    assert "Nordhandel ber om å legge ordrene dine i Visma.net<br>Ingenting annet" in page
    assert "The text that was read, in Norsk bokmål" in page
    assert entry.digest in page
    assert "fits its seal" in page
    assert "Ended at Visma" in page
    assert "10.0.0.7" in page


def test_readers_see_the_ledger_and_no_address(reader: Client, connection: Connection) -> None:
    entry = write_consent(connection)

    one = reader.get(f"{PAGE}{entry.number}/").content.decode()
    whole = reader.get(f"{PAGE}to-print/").content.decode()
    downloaded = joined(reader.get(f"{PAGE}ledger.json"))

    assert "10.0.0.7" not in one + whole + downloaded
    assert "shown to owners" in one
    assert json.loads(downloaded)["entries"][0]["seals"]["address"].keys() == {"digest"}


def test_a_forgotten_person_shows_as_forgotten(
    owner: Client, connection: Connection, tenant: Tenant
) -> None:
    entry = write_consent(connection)
    forget_person(tenant, "email", "nordhandel@fjordlys.test")

    page = owner.get(f"{PAGE}{entry.number}/").content.decode()

    assert "forgotten" in page
    assert "nordhandel@fjordlys.test" not in page
    assert "fits its seal" in page
    assert "Unbroken" in page


def test_an_altered_entry_is_said_on_every_page(owner: Client, connection: Connection) -> None:
    entry = write_consent(connection)
    AuditEvent.objects.filter(pk=entry.pk).update(facts={**entry.facts, "text": "Everything"})

    for path in ("", f"{entry.number}/", "to-print/"):
        page = owner.get(PAGE + path).content.decode()
        assert "An entry was altered after it was written" in page
        assert "Unbroken" not in page
    assert "does not fit its seal" in owner.get(f"{PAGE}{entry.number}/").content.decode()


def test_to_print_each_entry_has_a_page(owner: Client, connection: Connection) -> None:
    write_consent(connection)
    write_consent(connection, "renewed", minutes=1)

    page = owner.get(f"{PAGE}to-print/?state=given").content.decode()

    assert page.count('class="leaf"') == 2
    assert page.count("Ingenting annet") == 2


def test_whoever_downloads_it_can_check_each_seal(owner: Client, connection: Connection) -> None:
    write_consent(connection)
    write_consent(connection, "widened", minutes=1, gained=["é"])

    answer = owner.get(f"{PAGE}ledger.json")

    assert answer["Content-Disposition"] == 'attachment; filename="consents-fjordlys.json"'
    told = json.loads(joined(answer))
    assert told["chain"] | {"checked_at": ""} == {"length": 2, "checked_at": "", "broken_at": None}
    first, second = told["entries"]
    assert second["previous"] == first["digest"]
    covered = ["tenant", "number", "at", "verb", "facts", "personal_digest", "previous"]
    for entry in (first, second):
        assert sealed({name: entry[name] for name in covered}) == entry["digest"]
        digests = {name: seal["digest"] for name, seal in entry["seals"].items()}
        assert sealed(digests) == entry["personal_digest"]
        for name, value in entry["personal"].items():
            seal = entry["seals"][name]
            assert sealed({"salt": seal["salt"], "value": value}) == seal["digest"]


def sealed(members: dict[str, Any]) -> str:
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def joined(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_a_strangers_ledger_is_not_there(
    owner: Client, stranger: Tenant, connection: Connection
) -> None:
    entry = write_consent(connection)
    other = record(stranger, "consent.granted", facts=entry.facts, now=NOON)

    for path in ("", f"{other.number}/", "to-print/", "ledger.json"):
        assert owner.get(f"/t/granitt/consents/{path}").status_code == 404
    assert [row.event.pk for row in owner.get(PAGE).context["rows"]] == [entry.pk]
    assert owner.get(f"{PAGE}999/").status_code == 404


def test_what_is_no_consent_has_no_page(owner: Client, tenant: Tenant) -> None:
    for verb in ("member.added", "consent.ending_agreed"):
        event = record(tenant, verb, facts={}, now=NOON)
        assert owner.get(f"{PAGE}{event.number}/").status_code == 404
    assert heading(owner.get(PAGE).content.decode()) == "No consent yet"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\u202egnp.exe", "x" * 5000])
def test_a_hostile_name_stays_a_name(owner: Client, connection: Connection, hostile: str) -> None:
    entry = write_consent(connection, personal={"company_name": hostile, "email": hostile})

    for path in ("", f"{entry.number}/", "to-print/"):
        page = owner.get(PAGE + path).content.decode()
        assert "<script>alert" not in page
        assert heading(page) in ("One consent stands", "Consent given", "Consents of Fjordlys")


def test_staff_see_all_tenants_and_which_was_altered(
    staff_client: Client, owner: Client, connection: Connection, stranger: Tenant
) -> None:
    entry = write_consent(connection)
    record(
        stranger, "consent.granted",
        facts={**entry.facts, "connection": 0}, personal={"email": "bo@granitt.test"}, now=NOON,
    )  # fmt: skip
    assert owner.get("/console/consents/").status_code == 404

    answer = staff_client.get("/console/consents/")
    assert heading(answer.content.decode()) == "No ledger was altered"
    assert [row.event.tenant.slug for row in answer.context["rows"]] == ["granitt", "fjordlys"]
    assert len(staff_client.get("/console/consents/?q=bo@granitt").context["rows"]) == 1
    assert len(staff_client.get("/console/consents/?state=ended").context["rows"]) == 0

    AuditEvent.objects.filter(pk=entry.pk).update(verb="consent.renewed")
    owner.get(PAGE)
    page = staff_client.get("/console/consents/").content.decode()
    assert heading(page) == "One ledger was altered"


@pytest.mark.parametrize(
    ("verb", "facts", "word"),
    [
        ("granted", {"kind": "service"}, "Approved in the App Store"),
        ("renewed", {"kind": "service"}, "Approved again in the App Store"),
        ("ended", {"kind": "service", "because": "not_approved"},
         "Approval gone from the App Store"),
        ("withdrawn", {"kind": "service", "because": "approval_withdrawn"},
         "Approval withdrawn in the App Store"),
        ("ended", {"because": "refresh_lost"}, "Ended: Visma’s answer to a renewal was lost"),
        ("renewed", {"because": "another_grant"}, "Goes on under another access"),
        ("superseded", {"because": "superseded"}, "Replaced by a newer sign-in"),
        ("lessened", {"because": "scope_off"}, "A right was switched off in the App Store"),
        ("widened", {"because": "drift"}, "More rights than before"),
    ],
)  # fmt: skip
def test_each_turn_has_its_words(
    owner: Client, connection: Connection, verb: str, facts: dict[str, Any], word: str
) -> None:
    entry = write_consent(connection, verb, **facts)

    assert heading(owner.get(f"{PAGE}{entry.number}/").content.decode()) == word
