"""Texts that never show: what a repr, an error report or a debugger prints of a token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


class Hidden(str):
    """A token, code or verifier. A text like any other, but its repr says nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden>"


def without_frames(call: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Let no frame below the call out with an error.

    Error reports print the local variables of every frame, and the libraries below keep the
    client's secret and the token in theirs.
    """

    @wraps(call)
    def quiet(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        try:
            return call(*args, **kwargs)
        except Exception as error:
            fault = error
        del args, kwargs
        fault.__context__ = None
        raise fault.with_traceback(None) from None

    return quiet
