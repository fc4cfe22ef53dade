#!/usr/bin/env python3
"""test_shutdown.py - SIGTERM ends a responder within a second, politely."""
import sys

sys.dont_write_bytecode = True

import http.client
import json
import os
import threading
import time

import client
import doors
import fastcgi
import fixture
import responders
import tap
import walk

# As the manual promises; a build with sanitizers is that much slower.
END_SECONDS_MAX = 3.0 if "CK_TIMEOUT_MULTIPLIER" in os.environ else 1.0
CONNECTIONS = 30
IDLE_CONNECTIONS = 200
CLIENTS = 8
EVENTS = 20_000
TARGET = "/v1/events?limit=200"
EXPORT = [("Accept", "application/x-ndjson")]


def ends_in_time(process):
    """Sends SIGTERM; the exit status, or None when it takes too long."""
    begin = time.monotonic()
    process.terminate()
    try:
        status = process.wait(responders.STOP_SECONDS)
    except responders.subprocess.TimeoutExpired:
        return None, responders.STOP_SECONDS
    return status, time.monotonic() - begin


def expect_end(results, name, process):
    status, seconds = ends_in_time(process)
    results.expect(name, status == 0 and seconds <= END_SECONDS_MAX,
                   f"exit status {status} after {seconds:.2f} s")


def an_idle_responder_ends(results):
    for way in ("listen", "spawn-fcgi", "descriptor 3", "descriptor 0"):
        with responders.Responder(STORE, way) as responder:
            expect_end(results, f"SIGTERM ends one started by {way}",
                       responder.process)


def kept_connections_do_not_hold_it(results):
    with responders.Responder(STORE) as responder:
        params = fastcgi.get_params(TARGET, STORE.keys["acme"])
        connections = [fastcgi.Connection(responder.path)
                       for _ in range(IDLE_CONNECTIONS)]
        for connection in connections:
            connection.send(params)
            connection.receive()
        expect_end(results, "SIGTERM ends one with idle kept connections",
                   responder.process)
        for connection in connections:
            connection.close()


def requests_in_flight_are_answered(results):
    with responders.Responder(STORE) as responder:
        params = fastcgi.get_params(TARGET, STORE.keys["acme"])
        connections = [fastcgi.Connection(responder.path)
                       for _ in range(CONNECTIONS)]
        for connection in connections:
            connection.send(params)
            connection.receive()
        for connection in connections:
            connection.send(params)
        status, seconds = ends_in_time(responder.process)
        answers = [connection.receive() for connection in connections]
        for connection in connections:
            connection.close()
    whole = [answer for answer in answers
             if answer is not None and is_whole_page(answer)]
    results.expect("requests that were sent before SIGTERM are answered",
                   len(whole) == CONNECTIONS,
                   f"{len(whole)} of {CONNECTIONS} were")
    results.expect("it ends within a second all the same",
                   status == 0 and seconds <= END_SECONDS_MAX,
                   f"exit status {status} after {seconds:.2f} s")


def those_who_wait_are_answered(results):
    """And streams end where a client can go on."""
    params = fastcgi.get_params(
        "/v1/events?wait=60&startAfter=9999999999999&startAfterId="
        + "z" * 21, STORE.keys["acme"])
    stream_params = {**params, "QUERY_STRING": "",
                     "HTTP_ACCEPT": "text/event-stream"}
    with responders.Responder(STORE) as responder:
        waits = [fastcgi.Connection(responder.path)
                 for _ in range(CONNECTIONS)]
        streams = [fastcgi.Connection(responder.path)
                   for _ in range(CONNECTIONS)]
        for connection in waits:
            connection.send(params)
        for connection in streams:
            connection.send(stream_params)
        time.sleep(0.5)
        status, seconds = ends_in_time(responder.process)
        pages = [connection.receive() for connection in waits]
        ends = [connection.receive() for connection in streams]
        for connection in waits + streams:
            connection.close()
    results.expect("SIGTERM ends one with which many wait",
                   status == 0 and seconds <= END_SECONDS_MAX,
                   f"exit status {status} after {seconds:.2f} s")
    results.expect("who waits is answered with an empty page",
                   all(page is not None and b'{"events":[],' in page
                       for page in pages), str(pages[:3]))
    results.expect("a stream ends as a whole answer",
                   all(end is not None and b"\nid: " in end
                       for end in ends), str(ends[:3]))


def is_whole_page(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return b"200" in head and len(json.loads(body)["events"]) == 200


def a_slow_reader_does_not_hold_it(results):
    with responders.Responder(STORE) as responder:
        connection = fastcgi.Connection(responder.path)
        params = fastcgi.get_params("/v1/events", STORE.keys["acme"])
        connection.send({**params, "HTTP_ACCEPT": "application/x-ndjson"})
        connection.file.read(8)
        expect_end(results, "SIGTERM ends one whose client does not read",
                   responder.process)
        connection.close()


def clients_of_a_web_server_get_no_halves(results):
    outcomes = []
    with doors.NginxDoor(STORE) as door:
        threads = [threading.Thread(target=ask_until_away,
                                    args=(door.port, outcomes))
                   for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        expect_end(results, "SIGTERM ends one under load",
                   door.responder.process)
        for thread in threads:
            thread.join()
    strange = [outcome for outcome in outcomes if outcome not in (
        "whole", 502, 503)]
    results.expect("every client got a whole page, or 502 or 503",
                   not strange and "whole" in outcomes, str(strange[:5]))


def ask_until_away(port, outcomes):
    """Asks until the responder is away, which is soon."""
    key = [("X-API-KEY", STORE.keys["acme"])]
    for _ in range(10_000):
        try:
            response = client.ask(port, "GET", TARGET, key)
        except (OSError, http.client.HTTPException) as fault:
            outcomes.append(repr(fault))
            return
        if response.status != 200:
            outcomes.append(response.status)
            return
        events = json.loads(response.body)["events"]
        outcomes.append("whole" if len(events) == 200 else len(events))


with fixture.Fixture() as STORE:
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme")
    STORE.cli("append", "--org", "acme", data="".join(
        walk.queue_event(str(number)) for number in range(EVENTS)).encode())
    tap.run([an_idle_responder_ends, kept_connections_do_not_hold_it,
             requests_in_flight_are_answered, those_who_wait_are_answered,
             a_slow_reader_does_not_hold_it,
             clients_of_a_web_server_get_no_halves])
