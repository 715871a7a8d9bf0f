"""The breaker of a host in a drain: hear an outage, shut the host, probe it, let orders out again.

The probe is a read of one row, never an order: an order sent into an outage may be taken and its
answer lost, and would have to be looked up before anything else. An order is tried once the host
reads again, one alone, and the next two when it has passed.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Q

from integrations.connections.models import Connection
from integrations.connections.services import custody
from integrations.deliveries.models import Breaker, Lane
from integrations.deliveries.services import breakers
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.hosts import (
    FULL,
    Failure,
    HostWatch,
    ProbeAsked,
    Trial,
    heard,
)
from integrations.deliveries.services.session import Session
from integrations.visma.calls import Answer, Call, Deadline, boot_time
from integrations.visma.dispatch import Line
from integrations.visma.headers import rate_limit, retry_after
from integrations.visma.routes import ROUTES, Reading, Wanted

FOLLOW_EVERY = 0.5  # seconds
# A trial that went well so long is over, however few orders there were to try.
TRIAL_SECONDS = 5.0
LANES_ASKED = 20


def hear(session: Session, lane: HeldLane, answer: Answer) -> None:
    """Take in what an answer says of the host, whatever it says of the order."""
    host, job = lane.host, answer.key if isinstance(answer.key, Job) else None
    works = heard(answer, wrote=job is not None)
    if works:
        host.worked(wrote=job is not None)
    if works is not False:
        return
    now = session.clock.now()
    host.failed(
        Failure(
            lane_id=lane.lane_id,
            order=job.delivery_id if job and answer.passed else 0,
            wrote=job is not None,
            at=now,
            began=now - timedelta(seconds=answer.ended - answer.began),
            cause=_cause(answer),
            not_before=_not_before(session, answer),
        )
    )
    if not host.is_shut and host.is_down(_lanes_out(session, host)):
        _shut(session, host)


def _not_before(session: Session, answer: Answer) -> datetime | None:
    wait = retry_after(answer) if answer.whole else None
    return None if wait is None else session.clock.now() + timedelta(seconds=wait)


def _cause(answer: Answer) -> str:
    return f"HTTP {answer.status}" if answer.whole else answer.error or f"curl {answer.curl_code}"


def _lanes_out(session: Session, host: HostWatch) -> set[int]:
    return {one.lane_id for one in session.held.values() if one.host is host and one.out}


def _shut(session: Session, host: HostWatch) -> None:
    """At once here; the database is told with the next turn."""
    if host.trial is None:
        host.unsaid = host.failures[0]
        session.next_follow = 0
        return
    trial, host.trial, host.shut = host.trial, None, True
    last = host.failures[-1]
    _note_failed(session, trial.breaker_id, trial.epoch, last.cause, host.not_before)


def _note_failed(
    session: Session, breaker_id: int, epoch: int, cause: str, not_before: datetime | None
) -> None:
    session.lessons.append(
        partial(
            breakers.note_failed, breaker_id, epoch,
            cause=cause,
            longest=min(breakers.LONGEST_PAUSE, session.options.quarantine),
            now=session.clock.now(), not_before=not_before,
        )
    )  # fmt: skip


def follow(session: Session) -> None:
    """Share what is known of hosts with all drains, and probe one that is due."""
    if boot_time() < session.next_follow:
        return
    session.next_follow = boot_time() + FOLLOW_EVERY
    _say(session)
    rows = session.database(breakers.open_breakers)
    if rows is None:
        return
    _take_in(session, {row.origin: row for row in rows})
    for host in session.hosts.values():
        if host.trial is not None:
            _go_on_trying(session, host, host.trial)
    if rows and not session.winds_down and session.probe is None:
        _probe(session)


def shut_routes(session: Session) -> list[breakers.Pair]:
    """What this drain leases no lanes for."""
    return breakers.routes_to({host.origin for host in session.hosts.values() if host.is_shut})


def _say(session: Session) -> None:
    for host in session.hosts.values():
        first = host.unsaid
        if first is None:
            continue
        opening = partial(
            breakers.open_breaker, host.origin,
            failing_since=first.began, cause=first.cause, now=session.clock.now(),
            not_before=host.not_before,
        )  # fmt: skip
        if session.did(opening):
            host.unsaid = None


def _take_in(session: Session, rows: dict[str, Breaker]) -> None:
    for origin, row in rows.items():
        host, trial = session.host(origin), session.host(origin).trial
        if trial is None or (trial.breaker_id, trial.epoch) != (row.pk, row.epoch):
            host.trial, host.shut = None, True
    for host in session.hosts.values():
        if host.origin not in rows and (host.shut or host.trial):
            host.trial, host.shut, host.failures = None, False, []


def _go_on_trying(session: Session, host: HostWatch, trial: Trial) -> None:
    key, now = (trial.breaker_id, trial.epoch), session.clock.now()
    lasted = boot_time() - trial.began >= TRIAL_SECONDS
    if (trial.passed and (lasted or trial.limit >= FULL)) or (lasted and not host.out):
        if session.did(lambda: breakers.close(*key, now=now)):
            host.trial, host.failures = None, []
    elif boot_time() >= trial.renew_at:
        until = now + session.options.lease
        if session.database(lambda: breakers.renew(*key, until=until)) is False:
            host.trial, host.shut = None, True
        trial.renew_at = _renew_at(session)


def _renew_at(session: Session) -> float:
    return boot_time() + session.options.lease.total_seconds() / 3


def _probe(session: Session) -> None:
    """One read for one host, if this drain wins it."""
    now = session.clock.now()
    until = now + settings.VISMA_READ_TIMEOUT + timedelta(seconds=5)
    won = session.database(lambda: breakers.take_probe(now=now, until=until))
    if won is None:
        return
    asked = session.database(lambda: _harmless_read(session, won))
    if asked is None:
        session.did(lambda: breakers.let_go(won.pk, won.epoch, now=now))
        return
    session.probe, call = asked
    session.dispatcher.hand_over(Line(1), [call])


def _harmless_read(session: Session, breaker: Breaker) -> tuple[ProbeAsked, Call] | None:
    """By a lane of the host that was served long ago, so that no single company's fault counts."""
    now = session.clock.now()
    for lane in _lanes_to_ask(breaker.origin):
        try:
            access = custody.access_of(lane.connection, now=now)
            allowance = session.allowances.of(access.application_id, access.company_key)
            key = ProbeAsked(breaker.origin, breaker.pk, breaker.epoch, allowance)
            call = ROUTES[access.route].page(
                access.door, Wanted(since=now), Reading(page_size=1), key, _deadline()
            )
        except Exception:  # noqa: S112 - a lane whose token is away or can't be opened asks nothing
            continue
        if not allowance.is_closed(now):
            return key, call
    return None


def _deadline() -> Deadline:
    return Deadline(boot_time() + settings.VISMA_READ_TIMEOUT.total_seconds())


def _lanes_to_ask(origin: str) -> list[Lane]:
    over = Q()
    for kind, route in breakers.routes_to({origin}):
        over |= Q(connection__grant__kind=kind, connection__integration__route=route)
    lanes = Lane.objects.filter(over, connection__state=Connection.State.CONNECTED).select_related(
        "connection__company", "connection__grant", "connection__integration"
    )
    asked = list(lanes.order_by("served_at", "pk")[:LANES_ASKED]) if over else []
    random.shuffle(asked)
    return asked


def take_probe(session: Session, probe: ProbeAsked, answer: Answer) -> None:
    """The host reads again: one order may try it. Or it does not, and the pause grows."""
    session.probe = None
    now, key = session.clock.now(), (probe.breaker_id, probe.epoch)
    probe.allowance.learn(rate_limit(answer), retry_after(answer), now)
    works = heard(answer, wrote=False)
    if works is None:
        session.lessons.append(partial(breakers.let_go, *key, now=now))
    elif not works:
        _note_failed(session, *key, _cause(answer), _not_before(session, answer))
    elif session.database(
        lambda: breakers.note_answered(*key, now=now, until=now + session.options.lease)
    ):
        host = session.host(probe.origin)
        host.trial = Trial(*key, began=boot_time(), renew_at=_renew_at(session))
        host.shut, host.failures = False, []
        session.next_lease = 0


def take_unsent(session: Session, probe: ProbeAsked) -> None:
    """It never reached the wire: the next drain probes."""
    session.probe, now = None, session.clock.now()
    session.lessons.append(partial(breakers.let_go, probe.breaker_id, probe.epoch, now=now))


def let_go(session: Session) -> None:
    """The drain ends: a trial that went well ends with it, any other is left to the next drain."""
    now = session.clock.now()
    for host in session.hosts.values():
        if host.trial is not None:
            end = breakers.close if host.trial.passed and not host.out else breakers.let_go
            session.did(partial(end, host.trial.breaker_id, host.trial.epoch, now=now))
            host.trial = None
