"""Calls wait in lines before the wire: turns, widths, gates, and what comes back of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from integrations.visma import dispatch
from integrations.visma.calls import Answer, Call, Deadline, boot_time
from integrations.visma.dispatch import Dispatcher, Line
from integrations.visma.pump import PumpOptions
from tests.visma.conftest import StartServer
from tests.visma.servers import Connection, always, created, response

MakeDispatcher = Callable[..., Dispatcher]


@pytest.fixture
def dispatcher() -> Iterator[MakeDispatcher]:
    made: list[Dispatcher] = []

    def make(slots: int, total: int | None = None) -> Dispatcher:
        most = total or slots
        options = PumpOptions(None, 2.0, 5.0, most, most, frozenset({"127.0.0.1"}))
        made.append(Dispatcher(options, slots))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def order(url: str, key: str, deadline: Deadline | None = None) -> Call:
    gate = deadline or Deadline(boot_time() + 60)
    return Call(key, "POST", f"{url}/orders", ("Order: " + key,), b"{}", gate)


def collect(dispatcher: Dispatcher, number: int) -> list[Answer]:
    answers: list[Answer] = []
    until = boot_time() + 10
    while len(answers) < number and boot_time() < until:
        answers += dispatcher.collect(1.0).answers
    return answers


class Holding:
    """Answers only once told to; knows how many are with it, and the most there ever were."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.arrived: list[str] = []
        self._changed = threading.Condition()

    def script(self, connection: Connection) -> None:
        while request := connection.read():
            with self._changed:
                self.arrived.append(request.headers["order"])
                self._changed.notify_all()
            self.go.wait(10)
            connection.send(created())

    def wait_for(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.arrived) >= number, 5)


def test_lines_take_turns_one_call_each(start: StartServer, dispatcher: MakeDispatcher) -> None:
    server = start(always(created()))
    pump, long, short = dispatcher(1), Line(8), Line(8)

    pump.hand_over(long, [order(server.url, f"a{n}") for n in range(4)])
    pump.hand_over(short, [order(server.url, f"b{n}") for n in range(2)])

    assert len(collect(pump, 6)) == 6
    names = [request.headers["order"] for request in server.seen]
    assert names.index("b1") < names.index("a3")


def test_a_line_has_no_more_under_way_than_its_width(
    start: StartServer, dispatcher: MakeDispatcher
) -> None:
    holding = Holding()
    pump, narrow, wide = dispatcher(8), Line(1), Line(4)
    url = start(holding.script).url

    pump.hand_over(narrow, [order(url, f"n{n}") for n in range(3)])
    pump.hand_over(wide, [order(url, f"w{n}") for n in range(6)])
    holding.wait_for(5)

    assert Counter(name[0] for name in holding.arrived) == {"n": 1, "w": 4}
    assert pump.waiting == 4
    holding.go.set()
    assert len(collect(pump, 9)) == 9


def test_a_wider_line_lets_more_out_at_once(start: StartServer, dispatcher: MakeDispatcher) -> None:
    holding = Holding()
    pump, line = dispatcher(8), Line(1)
    pump.hand_over(line, [order(url := start(holding.script).url, f"{n}") for n in range(3)])
    holding.wait_for(1)

    pump.widen(line, 3)
    pump.hand_over(Line(1), [order(url, "another")])
    holding.wait_for(4)

    holding.go.set()
    assert len(collect(pump, 4)) == 4


def test_a_call_whose_gate_has_shut_comes_back_unsent(
    start: StartServer, dispatcher: MakeDispatcher
) -> None:
    server = start(always(created()))
    pump, line = dispatcher(2), Line(2)

    pump.hand_over(line, [order(server.url, "late", Deadline(0)), order(server.url, "in time")])

    (answer,) = collect(pump, 1)
    assert answer.key == "in time"
    assert [request.headers["order"] for request in server.seen] == ["in time"]


@pytest.mark.parametrize(("status", "stops_neighbour"), [(401, False), (429, True)])
def test_a_refusal_lets_nothing_follow_before_it_is_judged(
    status: int, stops_neighbour: bool, start: StartServer, dispatcher: MakeDispatcher
) -> None:
    server = start(always(response(status)))
    quota = Deadline(boot_time() + 60)
    refused, beside = (Deadline(boot_time() + 60, beyond=quota) for _ in range(2))
    pump = dispatcher(1)

    pump.hand_over(Line(1), [order(server.url, f"{n}", refused) for n in range(3)])
    came = [pump.collect(2.0) for _ in range(3)]
    pump.hand_over(Line(1), [order(server.url, "beside", beside)])
    came.append(pump.collect(2.0))

    unsent = [call.key for one in came for call in one.unsent]
    assert unsent[:2] == ["1", "2"]
    assert ("beside" in unsent) is stops_neighbour
    assert len(server.seen) == (1 if stops_neighbour else 2)


def test_what_waits_can_be_withdrawn(start: StartServer, dispatcher: MakeDispatcher) -> None:
    holding = Holding()
    pump, line = dispatcher(1), Line(1)
    pump.hand_over(line, [order(start(holding.script).url, f"{n}") for n in range(3)])
    holding.wait_for(1)

    assert [call.key for call in pump.withdraw(line)] == ["1", "2"]

    holding.go.set()
    assert [answer.key for answer in collect(pump, 1)] == ["0"]
    assert holding.arrived == ["0"]


def test_a_call_that_must_not_be_sent_is_refused_with_its_batch(
    start: StartServer, dispatcher: MakeDispatcher
) -> None:
    server = start(always(created()))
    pump, line = dispatcher(2), Line(2)

    with pytest.raises(ValueError, match="loopback"):
        pump.hand_over(line, [order(server.url, "1"), order("http://visma.example", "2")])

    assert (pump.waiting, server.seen) == (0, [])


def test_whoever_hangs_takes_no_slot_from_others_for_long(
    start: StartServer, dispatcher: MakeDispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "SLOW", 0.2)
    monkeypatch.setattr(dispatch, "LOOK_FOR_SLOW", 0.05)
    holding = Holding()
    pump = dispatcher(1, total=2)
    pump.hand_over(Line(1), [order(start(holding.script).url, "hangs")])
    holding.wait_for(1)

    pump.hand_over(Line(1), [order(start(always(created())).url, "well")])

    assert [answer.key for answer in collect(pump, 1)] == ["well"]
    holding.go.set()


def test_stopping_tells_of_every_call_that_was_out(
    start: StartServer, dispatcher: MakeDispatcher
) -> None:
    holding = Holding()
    pump = dispatcher(2)
    pump.hand_over(Line(2), [order(start(holding.script).url, f"{n}") for n in range(2)])
    holding.wait_for(2)

    left = pump.stop()

    assert sorted((str(a.key), a.passed, a.status) for a in left.answers) == [
        ("0", 1, 0),
        ("1", 1, 0),
    ]
    holding.go.set()


def test_a_pump_that_stopped_says_so(
    dispatcher: MakeDispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, timeout: float) -> list[Answer]:
        raise MemoryError

    monkeypatch.setattr("integrations.visma.pump.Pump.poll", broken)
    pump = dispatcher(1)
    pump.hand_over(Line(1), [order("http://127.0.0.1:9", "1")])

    with pytest.raises(RuntimeError, match="The pump stopped"):
        collect(pump, 1)
