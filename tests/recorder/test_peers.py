#!/usr/bin/env python3
"""test_peers.py - the recorder's clients, and those who only seem so."""
import sys
import time

import recording
from recording import RECORDED, Recorder, queues_of, with_org
from program import equal, run_all

# What the recorder allows a peer, and some more.
PATIENCE_SECONDS = 18


RUBBISH = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"apir" + bytes(8),
    recording.HEADER.pack(b"apir", 1 << 31, 1, 1, 0),
    recording.HEADER.pack(b"apir", 400, 1, 2, 0),
    recording.HEADER.pack(b"apir", 400, 2, 1, 0),
    recording.HEADER.pack(b"apir", 400, 1, 1, 0) + b"\xff" * 400,
    recording.request(1, ["a"]).replace(b'{"id"', b'["id"'),
    recording.request(1, ["a"]).replace(b"queue_added", b"other_added"),
    recording.request(1, ["a\n"]),
    recording.request(1, ["a"], organization=0),
)


def test_rubbish_is_let_go_and_harms_nobody(program):
    with_org(program)
    with Recorder(program) as recorder, recorder.client() as good:
        for number, rubbish in enumerate(RUBBISH):
            with recorder.client() as bad:
                bad.socket.sendall(rubbish)
                equal((number, bad.has_ended(PATIENCE_SECONDS)),
                      (number, True))
            equal(good.ask(number, "a").outcome, RECORDED)
        # What came before it is answered first.
        with recorder.client() as mixed:
            mixed.socket.sendall(recording.request(1, ["b"]) + b"rubbish")
            equal(mixed.reply().outcome, RECORDED)
            equal(mixed.reply(), None)
    equal(queues_of(program), ["a"] * len(RUBBISH) + ["b"])


def test_the_silent_the_slow_and_the_deaf_are_let_go(program):
    with_org(program)
    with Recorder(program) as recorder, recorder.client() as good, \
            recorder.client() as silent, recorder.client() as slow, \
            recorder.client() as deaf:
        equal(good.ask(0, "good").outcome, RECORDED)
        slow.socket.sendall(recording.request(1, ["slow"])[:-1])
        deaf.socket.settimeout(2)
        try:
            for number in range(1000):
                deaf.send(number, *["deaf"] * 500)
            raise AssertionError("it takes without end")
        except TimeoutError:
            pass
        # It took a bounded number, and nobody else waits.
        begin = time.monotonic()
        equal(good.ask(1, "good").outcome, RECORDED)
        equal(time.monotonic() - begin < 5, True)
        equal(silent.has_ended(PATIENCE_SECONDS), True)
        equal(slow.has_ended(PATIENCE_SECONDS), True)
        recorder.wait_for("does not read is let go")
        equal(good.ask(2, "good").outcome, RECORDED)
    equal("slow" in queues_of(program), False)


def test_a_message_may_come_in_pieces(program):
    with_org(program)
    with Recorder(program) as recorder, recorder.client() as client:
        message = recording.request(1, ["a"])
        for begin in range(0, len(message), 50):
            client.socket.sendall(message[begin:begin + 50])
            time.sleep(0.01)
        equal(client.reply().outcome, RECORDED)
        client.send(2, *["b"] * 1000)
        reply = client.reply()
        equal((reply.outcome, len(reply.places)), (RECORDED, 1000))


def test_a_client_that_went_is_recorded_all_the_same(program):
    with_org(program)
    with Recorder(program) as recorder:
        with recorder.client() as client:
            client.send(1, "a")
        with recorder.client() as client:
            equal(client.ask(1, "b").outcome, RECORDED)
    equal(queues_of(program), ["a", "b"])


def test_many_clients_and_more_than_it_holds(program):
    with_org(program)
    with Recorder(program) as recorder:
        clients = [recorder.client() for _ in range(512)]
        for number, client in enumerate(clients):
            equal(client.ask(number, "a").outcome, RECORDED)
        # One of those who are idle makes room.
        with recorder.client() as one_more:
            equal(one_more.ask(1, "b").outcome, RECORDED)
        ended = 0
        for client in clients:
            client.socket.setblocking(False)
            try:
                ended += client.socket.recv(1) == b""
            except BlockingIOError:
                pass
            client.socket.close()
        equal(1 <= ended <= 3, True)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
