#!/usr/bin/env python3
"""test_recording.py - what several clients at once record, or do not."""
import sys

sys.dont_write_bytecode = True

import contextlib
import json
import signal
import threading
import time

import client
import doors
import fastcgi
import fixture
import recorders
import responders
import tap
import walk

RESPONDERS = 4
POSTS = 100
TAKES = ("nginx", "lighttpd", "lighttpd-spawned", "apache-fcgid",
         "apache-proxy")
# How long what must not be recorded has to be recorded after all.
SETTLE_SECONDS = 0.5
TRIES_MAX = 10
QUEUES = "/v1/events?limit=1000&events=queues"


def key():
    return STORE.keys["recording"]


def post_params(**fields):
    return fastcgi.post_params("/v1/events", key(), **fields)


def post_many(path, name, answers):
    """Posts one event after another on a kept connection."""
    connection = fastcgi.Connection(path)
    for number in range(POSTS):
        connection.send(post_params(),
                        walk.queue_event(f"{name}/{number}").encode())
        answers.append(client.read_response(connection.receive()))
    connection.close()


def post_at_once(paths, bodies, **fields):
    """One POST to each path, all of them before any answer is read."""
    connections = [fastcgi.Connection(path) for path in paths]
    for connection, body in zip(connections, bodies):
        connection.send(post_params(**fields), body)
    return connections


def receive_all(connections):
    responses = [client.read_response(connection.receive())
                 for connection in connections]
    for connection in connections:
        connection.close()
    return responses


def responders_share_a_recorder(results):
    with recorders.Recorder(STORE) as recorder, \
            contextlib.ExitStack() as stack:
        paths = [stack.enter_context(responders.Responder(
            STORE, name=f"shared-{number}")).path
            for number in range(RESPONDERS)]
        answers = [[] for _ in paths]
        threads = [threading.Thread(target=post_many, args=(
            path, number, answers[number]))
            for number, path in enumerate(paths)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        everything_is_there(results, paths, answers)
        one_key_is_recorded_once(results, paths)
        a_key_that_is_under_way_conflicts(results, paths, recorder)
    a_key_lives_longer_than_its_recorder(results)


def everything_is_there(results, paths, answers):
    results.expect(f"{RESPONDERS} responders get 201 of one recorder",
                   all(answer.status == 201 for some in answers
                       for answer in some))
    expected = {}
    for some in answers:
        for answer in some:
            event = json.loads(answer.body)["event"]
            expected[(event["stored_at"], event["id"])] = event
    connection = fastcgi.Connection(paths[0])
    events, target = [], QUEUES
    while target is not None:
        connection.send(fastcgi.get_params(target, key()))
        page = json.loads(client.read_response(connection.receive()).body)
        events += page["events"]
        link = page["_links"].get("next")
        target = link and "/v1" + link["href"].partition("/v1")[2]
    connection.close()
    results.expect("what each was answered is what a reader of one gets",
                   events == [expected[place] for place in sorted(expected)],
                   f"{len(events)} of {len(expected)} came, or not the same")


def one_key_is_recorded_once(results, paths):
    body = b'[{"type":"backup_begun"},{"type":"backup_ended"}]'
    responses = receive_all(post_at_once(
        paths, [body] * len(paths), HTTP_IDEMPOTENCY_KEY="shared"))
    results.expect(
        "one Idempotency-Key at several responders is recorded once",
        [answer.status for answer in responses] == [201] * len(paths) and
        len({answer.body for answer in responses}) == 1 and
        sum(answer.field("Idempotent-Replayed") is None
            for answer in responses) == 1,
        str([(answer.status, answer.fields) for answer in responses]))


def a_key_that_is_under_way_conflicts(results, paths, recorder):
    """Both wait for the recorder, and come into one commit; unless one has
    to be let in first, and meets a key that is no more under way."""
    statuses = []
    while len(statuses) < TRIES_MAX and [201, 409] not in statuses:
        recorder.process.send_signal(signal.SIGSTOP)
        connections = post_at_once(
            paths[:2],
            [b'{"type":"backup_begun"}', b'{"type":"backup_ended"}'],
            HTTP_IDEMPOTENCY_KEY=f"under-way-{len(statuses)}")
        time.sleep(SETTLE_SECONDS)
        recorder.process.send_signal(signal.SIGCONT)
        statuses.append(sorted(
            answer.status for answer in receive_all(connections)))
    results.expect("another body while the first is under way is 409",
                   statuses[-1] == [201, 409] and
                   all(pair == [201, 422] for pair in statuses[:-1]),
                   str(statuses))


def a_key_lives_longer_than_its_recorder(results):
    bodies = []
    for kill in (True, False):
        with recorders.Recorder(STORE) as recorder, \
                responders.Responder(STORE) as responder:
            answer, = receive_all(post_at_once(
                [responder.path], [b'{"type":"backup_ended"}'],
                HTTP_IDEMPOTENCY_KEY="long"))
            bodies.append((answer.status, answer.body))
            if kill:
                recorder.kill()
    results.expect("a repeat after the recorder was killed is the first",
                   bodies[0] == bodies[1] and bodies[0][0] == 201,
                   str(bodies))


def send_and_leave(port, head, body):
    """Sends a request in part, and hangs up."""
    with client.Connection(port) as connection:
        connection.socket.sendall((
            "POST /v1/events HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\nX-API-KEY: {key()}\r\n"
            f"Content-Type: application/json\r\n{head}\r\n\r\n").encode()
            + body)
        time.sleep(0.05)


def aborted_uploads_are_never_recorded(results):
    """What came before the end is JSON, so nothing but the end tells."""
    body = walk.queue_event("aborted").encode()
    large = body + b" " * 200_000
    parts = (
        (f"Content-Length: {len(body) + 1}", body),
        (f"Content-Length: {len(large) + 1}", large),
        ("Transfer-Encoding: chunked", client.chunks_of(body)[:-5]),
        ("Transfer-Encoding: chunked", client.chunks_of(large)[:-5]),
    )
    for name in TAKES:
        door_type = doors.DOORS[name]
        if door_type.missing():
            results.skip(name, f"{door_type.missing()} is not installed")
            continue
        with recorders.Recorder(STORE), door_type(STORE) as door:
            for head, part in parts:
                send_and_leave(door.port, head, part)
            time.sleep(SETTLE_SECONDS)
            events = walk.walk(door.port, key(), QUEUES)
            answer = door.ask("POST", "/v1/events", [
                ("X-API-KEY", key()), ("Content-Type", "application/json")],
                b'{"type":"backup_ended"}')
        results.expect(f"{name}: an upload that was aborted is not recorded",
                       "aborted" not in walk.queue_names(events))
        results.expect(f"{name}: and the next POST is",
                       answer.status == 201, str(answer.status))


def the_bare_socket_aborts_as_well(results):
    with recorders.Recorder(STORE), \
            responders.Responder(STORE) as responder:
        body = walk.queue_event("aborted").encode()
        whole = fastcgi.request_bytes(post_params(), body)
        end = len(fastcgi.record(fastcgi.STDIN, b""))
        for rest in (b"", fastcgi.record(fastcgi.ABORT_REQUEST, b"")):
            connection = fastcgi.Connection(responder.path)
            connection.socket.sendall(whole[:-end] + rest)
            time.sleep(0.05)
            connection.close()
        time.sleep(SETTLE_SECONDS)
        connection = fastcgi.Connection(responder.path)
        connection.send(fastcgi.get_params(QUEUES + "&order=desc", key()))
        page = client.read_response(connection.receive())
        connection.close()
    results.expect("an aborted FastCGI request is not recorded",
                   page.status == 200 and b"aborted" not in page.body)


with fixture.Fixture() as STORE:
    STORE.add_organization("recording")
    STORE.add_key("recording", "recording", "--scope", "events:write")
    tap.run([responders_share_a_recorder, aborted_uploads_are_never_recorded,
             the_bare_socket_aborts_as_well])
