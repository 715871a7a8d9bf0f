from __future__ import annotations

import json
import traceback

import pytest

from integrations.visma.hidden import Hidden, without_frames

SECRET = "8f1c-secret"


class Loud(Exception):
    """Anything that goes wrong."""


def test_a_hidden_text_is_a_text_that_doesnt_show() -> None:
    hidden = Hidden(SECRET)

    assert hidden == SECRET
    assert json.dumps(hidden) == f'"{SECRET}"'
    assert repr({"token": hidden}) == "{'token': <hidden>}"


def test_an_error_leaves_the_frames_behind_that_hold_secrets() -> None:
    @without_frames
    def ask(token: str) -> None:
        body = f"token={token}"
        try:
            dict[str, str]()[body]
        except KeyError:
            raise Loud from None

    with pytest.raises(Loud) as caught:
        ask(SECRET)

    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert [frame.name for frame in told.stack][1:] == ["quiet"]
    assert SECRET not in str(told.stack[1].locals)
    assert caught.value.__context__ is None


def test_an_answer_passes_through() -> None:
    @without_frames
    def add(one: int, *, two: int) -> int:
        """Adds."""
        return one + two

    assert (add(1, two=2), add.__name__, add.__doc__) == (3, "add", "Adds.")
