"""What our forms say, and that none is left with Django's own words."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django import forms
from django.conf import settings

from integrations.tenants.forms import OwnWords

# Their errors are never shown.
FROM_AN_ADDRESS = {"LaneForm", "ListForm", "LedgerForm", "OrdersForm", "ConnectForm"}


class Question(OwnWords, forms.Form):
    name = forms.CharField(max_length=3)
    address = forms.EmailField()
    kind = forms.ChoiceField(choices=[("a", "A")])
    slug = forms.SlugField()
    own = forms.CharField(error_messages={"required": "Type the number."})


def said(**given: str) -> dict[str, str]:
    return {name: str(errors[0]) for name, errors in Question(given).errors.items()}


def test_says_what_is_missing() -> None:
    assert said() == {
        "name": "This is missing.",
        "address": "This is missing.",
        "kind": "This is missing.",
        "slug": "This is missing.",
        "own": "Type the number.",
    }


def test_says_what_is_wrong() -> None:
    assert said(name="Nora", address="no address", kind="b", slug="a b", own="1") == {
        "name": "This is too long: up to 3 characters.",
        "address": "This is not an e-mail address.",
        "kind": "Choose one of the list.",
        "slug": "Letters, digits and hyphens only.",
    }


@pytest.mark.parametrize("app", ["connections", "console", "intake", "workspace"])
def test_every_form_of_ours_speaks_so(app: str) -> None:
    module: Any = importlib.import_module(f"integrations.{app}.forms")
    ours = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, forms.BaseForm)
        and each.__module__ == module.__name__
    ]

    others = {each.__name__ for each in ours if not issubclass(each, OwnWords)}
    assert others <= FROM_AN_ADDRESS


def test_every_form_of_an_account_speaks_so() -> None:
    for path in settings.ACCOUNT_FORMS.values():
        module, _, name = path.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), name), OwnWords)
