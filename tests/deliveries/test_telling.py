"""The log tells what the push does, by ids; never what an order holds, and no secret."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from integrations.connections.models import Connection
from tests.deliveries.conftest import Push, Submit

LOGGER = "integrations.deliveries.push"
SECRET_TEXTS = {"reference": "WEB-TELLTALE-1", "description": "Ring Kari before six"}


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    return [
        record.facts  # type: ignore[attr-defined]  # given by `extra`
        for record in caplog.records
        if record.name == LOGGER and record.msg == event
    ]


def test_tells_each_step_by_batch_and_by_order(
    submit: Submit, push: Push, caplog: pytest.LogCaptureFixture, connection: Connection
) -> None:
    submit("WEB-1")
    with caplog.at_level(logging.DEBUG):
        push()

    delivery = connection.lane.deliveries.get()
    lane = {"lane": connection.lane.pk, "connection": connection.pk, "epoch": 1}
    order = {"delivery": delivery.pk, **lane, "attempt": 1}

    assert told(caplog, "leased")[:2] == [{"lanes": 1}, lane]
    assert told(caplog, "claimed") == [{"orders": 1, "lanes": 1}, order]
    assert told(caplog, "answered") == [{**order, "outcome": "delivered", "status": 201, "curl": 0}]
    assert told(caplog, "settled") == [{"orders": 1, "delivered": 1}]


def test_tells_nothing_of_the_order_and_no_token(
    submit: Submit, push: Push, caplog: pytest.LogCaptureFixture, connection: Connection
) -> None:
    submit(SECRET_TEXTS["reference"], description=SECRET_TEXTS["description"])
    with caplog.at_level(logging.DEBUG):
        push()

    grant = connection.grant
    assert grant is not None
    assert connection.lane.deliveries.get().state == "delivered"
    facts = [str(record.facts) for record in caplog.records if hasattr(record, "facts")]
    everything = "\n".join([caplog.text, *facts])
    assert len(facts) >= 6
    hidden = [*SECRET_TEXTS.values(), grant.access_token(), "BLK-1020", "Bearer e"]
    assert [text for text in hidden if text in everything] == []


def test_below_its_level_no_order_is_told_by_itself(
    submit: Submit, push: Push, caplog: pytest.LogCaptureFixture
) -> None:
    submit("WEB-1")
    submit("WEB-2")
    with caplog.at_level(logging.INFO):
        push()

    assert told(caplog, "claimed") == [{"orders": 2, "lanes": 1}]
    assert told(caplog, "answered") == []
    assert {record.levelname for record in caplog.records if record.name == LOGGER} == {"INFO"}
