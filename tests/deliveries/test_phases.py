"""Where a drain's time goes is told by phase, all of it, and saved now and then."""

from __future__ import annotations

import pytest

from integrations.deliveries.models import Tally
from integrations.deliveries.services import phases, tallies
from integrations.deliveries.services.phases import Phase, Phases
from tests.deliveries.conftest import Push, Submit


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the boot clock says, in the first place of the list."""
    now = [100.0]
    monkeypatch.setattr(phases, "boot_time", lambda: now[0])
    return now


def test_time_belongs_to_the_phase_it_passes_in(db: None, clock: list[float]) -> None:
    watch = Phases()
    for phase, seconds in [(Phase.CLAIM, 1.5), (Phase.WAIT, 2), (Phase.CLAIM, 0.25)]:
        watch.enter(phase)
        clock[0] += seconds

    watch.save(at_once=True)

    assert tallies.sums().phases == {("claim", ""): 1_750_000, ("wait", ""): 2_000_000}


def test_is_saved_every_few_seconds_and_counts_once(db: None, clock: list[float]) -> None:
    watch = Phases()
    clock[0] += 4
    watch.save()
    assert Tally.objects.count() == 0

    clock[0] += 2
    watch.save()
    watch.save(at_once=True)

    assert tallies.sums().phases == {("lease", ""): 6_000_000}


def test_what_the_database_did_not_take_is_saved_the_next_time(
    db: None, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ConnectionError

    watch = Phases()
    clock[0] += 6
    with monkeypatch.context() as patch:
        patch.setattr(tallies, "add", away)
        with pytest.raises(ConnectionError):
            watch.save()

    watch.save()

    assert tallies.sums().phases == {("lease", ""): 6_000_000}


def test_a_drain_tells_all_its_time(submit: Submit, push: Push) -> None:
    submit("WEB-1")
    push()

    told = {name: spent for (name, _), spent in tallies.sums().phases.items()}
    assert told.keys() == {"lease", "claim", "look", "wait", "settle"}
    assert min(told.values()) > 0
