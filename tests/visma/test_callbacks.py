from __future__ import annotations

from collections.abc import Iterable

import pytest

from integrations.visma.errors import BadCallback
from integrations.visma.oauth import Callback, read_callback

ISSUER = "https://connect.visma.test"
GOOD = {"code": ["the-code"], "state": ["the-state"], "iss": [ISSUER], "scope": ["openid"]}


def test_reads_a_code() -> None:
    callback = read_callback(GOOD, issuer=ISSUER, iss_required=True)

    assert callback == Callback("the-code", None, "", "the-state", ISSUER)


def test_reads_an_error() -> None:
    params = {
        "error": ["access_denied"],
        "error_description": ["The user\r\nsaid no" + "!" * 1000],
        "state": ["the-state"],
        "iss": [ISSUER],
    }

    callback = read_callback(params, issuer=ISSUER, iss_required=True)

    text = ("The user said no" + "!" * 1000)[:300]
    assert callback == Callback(None, "access_denied", text, "the-state", ISSUER)


def test_reads_djangos_query() -> None:
    class Query(dict[str, str]):
        """As QueryDict does: items() gives the last value, lists() gives all."""

        def lists(self) -> Iterable[tuple[str, list[str]]]:
            return iter([*GOOD.items(), ("code", ["the-code", "another"])])

    with pytest.raises(BadCallback, match="repeated"):
        read_callback(Query(code="another"), issuer=ISSUER, iss_required=True)


@pytest.mark.parametrize("iss_required", [True, False])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": ["a", "b"]}, "repeated"),
        ({"code": ["a", "a"]}, "repeated"),
        ({"state": ["a", "b"]}, "repeated"),
        ({"iss": [ISSUER, "https://evil.test"]}, "repeated"),
        ({"unknown": ["1", "2"]}, "repeated"),
        ({"iss": ["https://evil.test"]}, "issuer_wrong"),
        ({"iss": [f"{ISSUER}/"]}, "issuer_wrong"),
        ({"iss": [""]}, "issuer_wrong"),
        ({"iss": ["https://evil.test"], "code": [""], "error": ["x"]}, "issuer_wrong"),
        ({"state": [""]}, "state_missing"),
        ({"code": [""]}, "empty"),
        ({"error": ["access_denied"]}, "mixed"),
        ({"code": ["c" * 4097]}, "too_long"),
        ({"code": ["a\r\nb"]}, "odd"),
        ({"code": ["a\0b"]}, "odd"),
        ({"code": ["kød"]}, "odd"),
        ({"state": ["s" * 4097]}, "too_long"),
    ],
)
def test_refuses_a_callback_that_is_off(
    changes: dict[str, list[str]], reason: str, iss_required: bool
) -> None:
    with pytest.raises(BadCallback) as refusal:
        read_callback({**GOOD, **changes}, issuer=ISSUER, iss_required=iss_required)

    assert refusal.value.reason == reason


@pytest.mark.parametrize("given", [{"code": ["c"]}, {"error": ["access_denied"]}])
def test_wants_the_issuer_where_it_is_promised(given: dict[str, list[str]]) -> None:
    params = {"state": ["s"], **given}

    with pytest.raises(BadCallback) as refusal:
        read_callback(params, issuer=ISSUER, iss_required=True)

    assert refusal.value.reason == "issuer_missing"
    assert read_callback(params, issuer=ISSUER, iss_required=False).iss is None


@pytest.mark.parametrize("params", [{}, {"state": ["s"]}, {"code": ["c"]}])
def test_refuses_a_callback_with_too_little(params: dict[str, list[str]]) -> None:
    with pytest.raises(BadCallback):
        read_callback(params, issuer=ISSUER, iss_required=False)


@pytest.mark.parametrize("iss", ["", ISSUER])
def test_a_server_that_never_names_itself_sent_no_answer_with_a_name(iss: str) -> None:
    params = {"code": ["c"], "state": ["s"]}

    assert read_callback(params, issuer="", iss_required=False).code == "c"
    with pytest.raises(BadCallback, match="issuer_wrong"):
        read_callback({**params, "iss": [iss]}, issuer="", iss_required=False)


def test_shows_neither_code_nor_state() -> None:
    shown = repr(read_callback(GOOD, issuer=ISSUER, iss_required=True))

    assert "the-code" not in shown
    assert "the-state" not in shown
