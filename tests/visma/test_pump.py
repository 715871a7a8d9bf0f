from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from integrations.visma.pump import (
    Answer,
    Call,
    Deadline,
    NoRoom,
    Pump,
    PumpOptions,
    boot_time,
)
from tests.visma.conftest import StartServer
from tests.visma.servers import Connection, always, created, once, response

LOOPBACK = frozenset({"127.0.0.1"})
MakePump = Callable[..., Pump]


@pytest.fixture
def pump(request: pytest.FixtureRequest) -> MakePump:
    def make(
        *,
        ca_file: str | None = None,
        read_timeout: float = 5.0,
        total: int = 4,
        per_host: int = 4,
        plain_http_hosts: frozenset[str] = LOOPBACK,
    ) -> Pump:
        options = PumpOptions(ca_file, 2.0, read_timeout, total, per_host, plain_http_hosts)
        made = Pump(options)
        request.addfinalizer(made.close)
        return made

    return make


def in_time() -> Deadline:
    return Deadline(boot_time() + 60)


def order(url: str, key: object = "order", *, deadline: Deadline | None = None) -> Call:
    headers = ("Authorization: Bearer secret-token", "Content-Type: application/json")
    return Call(key, "POST", f"{url}/orders", headers, b'{"type":"SO"}', deadline or in_time())


def read(url: str, key: object = "read") -> Call:
    return Call(key, "GET", f"{url}/orders", (), None, in_time())


def finish(pump: Pump) -> list[Answer]:
    answers: list[Answer] = []
    while pump.in_flight:
        answers += pump.poll(1.0)
    return answers


def send(pump: Pump, call: Call) -> Answer:
    pump.add(call)
    (answer,) = finish(pump)
    return answer


def test_sends_an_order_and_returns_the_answer(start: StartServer, pump: MakePump) -> None:
    server = start(always(created("000023")))

    answer = send(pump(), order(server.url, key=7))

    assert (answer.key, answer.curl_code, answer.status) == (7, 0, 201)
    assert (answer.passed, answer.refused, answer.complete) == (1, 0, True)
    assert answer.headers == {
        "content-length": ["0"],
        "location": ["https://alb.visma.test/api/v3/SalesOrders/SO/000023"],
    }
    assert answer.began <= answer.ended <= time.monotonic()
    (seen,) = server.seen
    assert (seen.method, seen.target, seen.body) == ("POST", "/orders", b'{"type":"SO"}')
    assert seen.headers["authorization"] == "Bearer secret-token"
    assert "expect" not in seen.headers


@pytest.mark.parametrize("end", [Connection.close, Connection.reset])
def test_sends_an_order_once_when_a_kept_connection_dies(
    start: StartServer, pump: MakePump, end: Callable[[Connection], None]
) -> None:
    def script(connection: Connection) -> None:
        connection.read()
        connection.send(created())
        if connection.read():
            end(connection)

    server, one = start(script), pump()

    first, second = send(one, order(server.url)), send(one, order(server.url))

    assert first.status == 201
    assert (second.curl_code, second.status) == (42, 0)
    assert (second.passed, second.refused) == (1, 1)
    assert len(server.seen) == 2


def test_knows_that_an_order_was_sent_though_libcurl_says_it_could_not_connect(
    start: StartServer, pump: MakePump
) -> None:
    def script(connection: Connection) -> None:
        connection.read()
        connection.send(created())
        connection.read()
        server.stop_listening()
        connection.close()

    server, one = start(script), pump()
    send(one, order(server.url))

    answer = send(one, order(server.url))

    assert (answer.curl_code, answer.passed, answer.refused) == (7, 1, 0)
    assert len(server.seen) == 2


def test_keeps_a_connection_for_the_next_order(start: StartServer, pump: MakePump) -> None:
    server, one = start(always(created())), pump()

    for _ in range(3):
        send(one, order(server.url))

    assert [request.connection for request in server.seen] == [1, 1, 1]


def test_stops_trusting_kept_connections_of_a_host_that_dropped_one(
    start: StartServer, pump: MakePump
) -> None:
    server, one = start(once(created())), pump()

    codes = [send(one, order(server.url)).curl_code for _ in range(6)]

    assert codes == [0, 42, 0, 0, 0, 0]


def test_trusts_kept_connections_again_after_a_while(
    start: StartServer, pump: MakePump, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(connection: Connection) -> None:
        while connection.read() and not (connection.number == 1 and len(connection.seen) == 2):
            connection.send(created())

    server, one = start(script), pump(total=1, per_host=1)
    monkeypatch.setattr("integrations.visma.pump.SUSPICION", 0.3)
    for _ in range(3):
        send(one, order(server.url))
    one.poll(0.4)

    for _ in range(2):
        send(one, order(server.url))

    assert [request.connection for request in server.seen] == [1, 1, 3, 4, 4]


def test_sends_nothing_past_the_deadline(start: StartServer, pump: MakePump) -> None:
    server = start(always(created()))

    answer = send(pump(), order(server.url, deadline=Deadline(boot_time() - 0.001)))

    assert (answer.curl_code, answer.passed, answer.refused) == (42, 0, 1)
    assert server.seen == []


def test_reads_the_deadline_when_it_is_about_to_send(start: StartServer, pump: MakePump) -> None:
    server, one = start(always(created())), pump()
    given_up, renewed = in_time(), Deadline(0)
    one.add(order(server.url, "given up", deadline=given_up))
    one.add(order(server.url, "renewed", deadline=renewed))
    given_up.until, renewed.until = 0, boot_time() + 60

    answers = {answer.key: answer.passed for answer in finish(one)}

    assert answers == {"given up": 0, "renewed": 1}
    assert len(server.seen) == 1


def test_goes_on_when_one_gate_cannot_decide(start: StartServer, pump: MakePump) -> None:
    server, one = start(always(created())), pump()
    broken = Deadline("tomorrow")  # type: ignore[arg-type]  # what a bug would do
    one.add(order(server.url, "broken", deadline=broken))
    one.add(order(server.url, "sound"))

    answers = {answer.key: answer.passed for answer in finish(one)}

    assert answers == {"broken": 0, "sound": 1}


def test_notices_headers_that_were_cut(start: StartServer, pump: MakePump) -> None:
    cut = created().removesuffix(b"\r\n")
    server = start(once(cut))

    answer = send(pump(), order(server.url))

    assert (answer.curl_code, answer.status) == (0, 201)
    assert not answer.complete
    assert not answer.whole


def test_notices_headers_cut_over_tls(start: StartServer, pump: MakePump, ca_file: str) -> None:
    server = start(once(created().removesuffix(b"\r\n")), tls=True)

    answer = send(pump(ca_file=ca_file), order(server.url))

    assert (answer.curl_code, answer.passed, answer.complete) == (56, 1, False)


def test_keeps_a_whole_answer_that_a_reset_follows(start: StartServer, pump: MakePump) -> None:
    def script(connection: Connection) -> None:
        connection.read()
        connection.send(created())
        connection.reset()

    answer = send(pump(), order(start(script).url))

    assert (answer.curl_code, answer.status, answer.complete) == (0, 201, True)


def test_takes_headers_from_the_last_block_only(start: StartServer, pump: MakePump) -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLocation: /SalesOrders/SO/000009\r\n\r\n"
    server = start(once(hint, response(200, {"Date": "now"})))

    answer = send(pump(), order(server.url))

    assert answer.headers == {"content-length": ["0"], "date": ["now"]}


def test_takes_no_headers_from_a_trailer(start: StartServer, pump: MakePump) -> None:
    head = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    trailer = b"0\r\nLocation: /SalesOrders/SO/000009\r\n\r\n"

    answer = send(pump(), order(start(once(head, trailer)).url))

    assert answer.headers == {"transfer-encoding": ["chunked"]}
    assert answer.whole


def test_cuts_a_body_off_at_one_mebibyte(start: StartServer, pump: MakePump) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server = start(once(head, chunk * 40))

    answer = send(pump(), read(server.url))

    assert (answer.curl_code, answer.status, answer.complete) == (63, 200, True)
    assert len(answer.body) <= 1 << 20


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_does_not_follow_a_redirect(start: StartServer, pump: MakePump, status: int) -> None:
    target = start(always(created()))
    server = start(always(response(status, {"Location": f"{target.url}/orders"})))

    answer = send(pump(), order(server.url))

    assert (answer.curl_code, answer.status) == (0, status)
    assert target.seen == []


def test_bounds_a_dripping_answer_in_all(start: StartServer, pump: MakePump) -> None:
    def drip(connection: Connection) -> None:
        connection.read()
        connection.send(b"HTTP/1.1 201 Created\r\n")
        connection.socket.settimeout(0.05)
        while True:
            connection.send(b"X-Drop: 1\r\n")
            try:
                if not connection.socket.recv(1):
                    return
            except TimeoutError:
                continue

    answer = send(pump(read_timeout=2.0), order(start(drip).url))

    assert (answer.curl_code, answer.passed, answer.complete) == (28, 1, False)
    assert 1.9 < answer.ended - answer.began < 4


def test_ends_a_silent_call_in_time_however_long_it_may_wait(
    start: StartServer, pump: MakePump
) -> None:
    one = pump(read_timeout=2.0)
    one.add(order(start(Connection.wait_for_the_client).url))
    answers: list[Answer] = []
    while not answers:
        answers = one.poll(60.0)

    assert answers[0].curl_code == 28
    assert answers[0].ended - answers[0].began < 4


def test_says_that_a_refused_connection_carried_nothing(start: StartServer, pump: MakePump) -> None:
    server = start(always(created()))
    server.stop_listening()

    answer = send(pump(), order(server.url))

    assert (answer.curl_code, answer.passed) == (7, 0)


def test_trusts_our_own_authority(start: StartServer, pump: MakePump, ca_file: str) -> None:
    server = start(always(created()), tls=True)

    answer = send(pump(ca_file=ca_file), order(server.url))

    assert (answer.status, len(server.seen)) == (201, 1)


def test_sends_nothing_to_a_host_of_an_unknown_authority(
    start: StartServer, pump: MakePump
) -> None:
    server = start(always(created()), tls=True)

    answer = send(pump(), order(server.url))

    assert (answer.curl_code, answer.passed) == (60, 0)


def test_sends_nothing_to_a_host_of_another_name(
    start: StartServer, pump: MakePump, ca_file: str
) -> None:
    server = start(always(created()), tls=True)

    answer = send(pump(ca_file=ca_file), order(f"https://localhost:{server.port}"))

    assert (answer.curl_code, answer.passed) == (60, 0)


def test_sends_nothing_when_the_authority_file_is_missing(
    start: StartServer, pump: MakePump
) -> None:
    server = start(always(created()), tls=True)

    answer = send(pump(ca_file="/nowhere/ca.pem"), order(server.url))

    assert (answer.curl_code, answer.passed) == (77, 0)


def test_ignores_the_environments_proxies(
    start: StartServer, pump: MakePump, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = start(always(created("000666"))), start(always(created()))
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)

    send(pump(), order(server.url))

    assert (len(proxy.seen), len(server.seen)) == (0, 1)


def test_leaks_nothing_of_a_request_into_the_next(start: StartServer, pump: MakePump) -> None:
    server, one = start(always(response(200))), pump(total=1, per_host=1)
    send(one, order(server.url))

    send(one, read(server.url))

    second = server.seen[1]
    assert (second.method, second.body) == ("GET", b"")
    assert set(second.headers) == {"host", "accept", "user-agent"}


def test_asks_many_at_once(start: StartServer, pump: MakePump) -> None:
    server, one = start(always(created())), pump(total=4, per_host=4)
    for key in range(4):
        one.add(order(server.url, key))
    assert (one.in_flight, one.free, one.room(server.url)) == (4, 0, 0)

    answers = finish(one)

    assert sorted(answer.key for answer in answers) == [0, 1, 2, 3]  # type: ignore[type-var]  # ints
    assert (one.in_flight, one.free, one.room(server.url)) == (0, 4, 4)


def test_takes_no_more_calls_than_a_host_has_slots(start: StartServer, pump: MakePump) -> None:
    here, there = start(always(created())), start(always(created()))
    one = pump(total=3, per_host=2)
    one.add(order(here.url))
    one.add(order(here.url))

    with pytest.raises(NoRoom):
        one.add(order(here.url))

    assert one.room(there.url) == 1
    one.add(order(there.url))
    with pytest.raises(NoRoom):
        one.add(order(there.url))
    assert [answer.status for answer in finish(one)] == [201, 201, 201]


@pytest.mark.parametrize(
    "url",
    [
        "http://visma.test/orders",
        "http://localhost:1/orders",
        "http://127.0.0.1@visma.test/orders",
        "file:///etc/hostname",
        "ftp://127.0.0.1/orders",
        "https://visma.test/a b",
        "https://visma.test/æ",
    ],
)
def test_refuses_an_address_it_must_not_speak_to(pump: MakePump, url: str) -> None:
    one = pump()

    with pytest.raises(ValueError, match=r"address|Address|Plain http"):
        one.add(Call(1, "GET", url, (), None, in_time()))

    assert one.in_flight == 0


@pytest.mark.parametrize("end", ["\r\nX-Injected: 1", "\n", "\0", "é"])
def test_refuses_a_header_that_is_more_than_a_line(pump: MakePump, end: str) -> None:
    call = Call(
        1, "GET", "https://visma.test/", (f"Authorization: Bearer secret{end}",), None, in_time()
    )

    with pytest.raises(ValueError, match="printable ASCII") as refusal:
        pump().add(call)

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("host", ["visma.test", "10.0.0.1", "localhost.visma.test", ""])
def test_lets_only_loopback_go_without_tls(host: str) -> None:
    with pytest.raises(ValueError, match="loopback hosts only"):
        PumpOptions(None, 1, 2, 1, 1, frozenset({host}))


@pytest.mark.parametrize("host", ["localhost", "portal.localhost", "127.0.0.1", "[::1]:8100"])
def test_may_let_loopback_go_without_tls(host: str) -> None:
    assert PumpOptions(None, 1, 2, 1, 1, frozenset({host})).plain_http_hosts == {host}


def test_lets_a_host_with_a_port_go_plain_on_that_port_alone(
    start: StartServer, pump: MakePump
) -> None:
    named, other = start(always(created())), start(always(created()))
    one = pump(plain_http_hosts=frozenset({named.host}))

    assert send(one, order(named.url)).status == 201
    with pytest.raises(ValueError, match="Plain http"):
        one.add(order(other.url))


@pytest.mark.parametrize(("total", "per_host"), [(0, 0), (2, 3), (513, 1)])
def test_refuses_slots_that_make_no_sense(total: int, per_host: int) -> None:
    with pytest.raises(ValueError, match="Slots"):
        PumpOptions(None, 1, 2, total, per_host)


def test_gives_back_what_is_still_out_when_it_closes(start: StartServer, pump: MakePump) -> None:
    server, one = start(Connection.wait_for_the_client), pump()
    one.add(order(server.url, "first"))
    one.add(order(server.url, "second"))
    one.poll(0.2)

    assert one.close() == ["first", "second"]


def test_tells_of_abandoned_calls_whether_they_were_sent(
    start: StartServer, pump: MakePump
) -> None:
    server, one = start(Connection.wait_for_the_client), pump()
    one.add(order(server.url, "sent"))
    one.poll(0.2)
    one.add(order(server.url, "held back"))

    answers = {answer.key: answer.passed for answer in one.abandon()}

    assert answers == {"sent": 1, "held back": 0}
    assert one.in_flight == 0


def test_waits_when_nothing_is_in_flight(pump: MakePump) -> None:
    began = time.monotonic()

    assert pump().poll(0.05) == []
    assert time.monotonic() - began >= 0.05


def test_shows_no_token_in_a_repr(start: StartServer, pump: MakePump) -> None:
    call = order(start(once(response(200, body=b"secret-body"))).url)

    assert "secret" not in repr(call)
    assert "secret" not in repr(send(pump(), call))
