"""Every reason to wait and every reason to stop has words."""

from __future__ import annotations

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.standing import Held, Why
from integrations.workspace.services import wording


def test_every_hold_has_words() -> None:
    for why in Why:
        words = wording.held_words(Held(why), "Fjordlys AS")
        assert all([words.short, words.heading, words.what, words.who, words.how]), why
        assert "%" not in "".join([words.heading, words.what, words.who, words.how])


def test_every_reason_to_park_has_words() -> None:
    for reason in set(Delivery.Reason) - {Delivery.Reason.NONE}:
        words = wording.parked_words(reason, "Fjordlys AS")
        assert all([words.short, words.heading, words.what, words.who, words.how]), reason
