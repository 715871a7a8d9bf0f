"""What the demo's walker reads from a page."""

from __future__ import annotations

import pytest

from demo import markup
from demo.pages import NotThere, Page, Submission

CONSENT = """<!doctype html><html><head><title>Connect</title></head><body><h1>Which company?</h1>
<a href="/help"><span>Get</span> help</a>
<form method="post" action="choose"><input type="hidden" name="token" value="a&amp;b">
<label><input type="radio" name="company" value="1"> Fjordlys AS</label>
<input type="radio" name="company" value="2" id="two" checked><label for="two">Havn AB</label>
<select name="language"><option value="nb">Norsk<option value="en" selected>English</select>
<textarea name="note">Hello</textarea><input type="checkbox" name="mail">
<input name="left" disabled><button name="answer" value="yes">Allow  it</button>
<button name="answer" value="no">Deny</button><button form="other">Elsewhere</button>
</form>
<form id="other" method="post" enctype="multipart/form-data"><button>Send</button></form>
</body></html>"""


@pytest.fixture
def consent() -> Page:
    return Page("http://localhost:8100/connect/", 200, markup.read(CONSENT))


def test_reads_the_words_and_not_the_head(consent: Page) -> None:
    assert consent.text.startswith("Which company? Get help Fjordlys AS")


def test_finds_a_link_by_its_words(consent: Page) -> None:
    assert consent.link("get help") == "http://localhost:8100/help"


def test_sends_what_an_untouched_form_sends(consent: Page) -> None:
    assert consent.press("Deny") == Submission(
        "http://localhost:8100/connect/choose",
        "post",
        {"token": "a&b", "company": "2", "language": "en", "note": "Hello", "answer": "no"},
        with_files=False,
    )


@pytest.mark.parametrize(("words", "value"), [("Fjordlys", "1"), ("Havn AB", "2")])
def test_picks_a_radio_by_the_words_beside_it(consent: Page, words: str, value: str) -> None:
    assert consent.press("Allow it", company=words).fields["company"] == value


def test_fills_in_lists_and_texts(consent: Page) -> None:
    fields = consent.press("Allow it", language="Norsk", note="Bye").fields

    assert (fields["language"], fields["note"]) == ("nb", "Bye")


def test_a_form_without_an_action_goes_to_its_own_page(consent: Page) -> None:
    sent = consent.press("Send")

    assert (sent.address, sent.with_files) == ("http://localhost:8100/connect/", True)


def test_a_button_may_belong_to_another_form(consent: Page) -> None:
    assert consent.press("Elsewhere") == consent.press("Send")


@pytest.mark.parametrize("what", [{"words": "Refuse"}, {"words": "Allow", "name": "x"}])
def test_says_what_a_page_does_not_have(consent: Page, what: dict[str, str]) -> None:
    with pytest.raises(NotThere):
        consent.press(**what)


def test_says_which_choice_is_missing(consent: Page) -> None:
    with pytest.raises(NotThere, match="Fjordlys AS"):
        consent.press("Allow it", company="Nowhere ApS")
