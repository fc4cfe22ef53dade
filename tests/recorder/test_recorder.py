#!/usr/bin/env python3
"""test_recorder.py - the daemon: its life, its files, its promises."""
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time

import recording
from recording import (CONFLICT, FAILED, FULL, GONE, MISMATCH, RECORDED,
                       REPLAYED, STOPPING, Recorder, add_key, queues_of,
                       with_org)
from program import equal, expect, run_all
from program import FAILED as STATUS_FAILED


def test_events_are_recorded_and_their_places_told(program):
    with_org(program)
    with Recorder(program) as recorder, recorder.client() as client:
        reply = client.ask(7, "a", "b")
    equal((reply.sequence, reply.outcome), (7, RECORDED))
    events = program.events("--events", "queues")
    equal([(event["stored_at"], event["id"].encode(), event["queue"]["id"])
           for event in events],
          [(*reply.places[0], "a"), (*reply.places[1], "b")])


def test_each_request_has_its_own_outcome(program):
    with_org(program)
    program.must("org", "add", "other")
    add_key(program, "other", 2)
    with Recorder(program) as recorder, recorder.client() as client:
        equal(client.ask(1, "a", key="k").outcome, RECORDED)
        again = client.ask(2, "a", key="k")
        equal((again.outcome, len(again.places)), (REPLAYED, 1))
        equal(client.ask(3, "b", key="k").outcome, MISMATCH)
        equal(client.ask(4, "a", key="k", organization=2).outcome, RECORDED)
        equal(client.ask(5, "a", organization=3).outcome, GONE)
        # Two at once: the second finds the first under way.
        client.socket.sendall(recording.request(6, ["c"], key="l") +
                              recording.request(7, ["d"], key="l"))
        equal([client.reply().outcome, client.reply().outcome],
              [RECORDED, CONFLICT])
    equal(queues_of(program), ["a", "c"])
    equal(queues_of(program, "other"), ["a"])


def test_a_key_that_ends_while_a_request_waits_records_nothing(program):
    with_org(program)
    first = recording.KEYS[1].decode()
    with Recorder(program) as recorder, recorder.client() as client:
        for number, command in enumerate(("disable", "revoke")):
            equal(client.ask(number, "before", key=command).outcome, RECORDED)
            recorder.signal(signal.SIGSTOP)
            client.send(number, "behind")
            client.send(number, "before", key=command)
            program.must("key", command, first)
            recorder.signal(signal.SIGCONT)
            equal([client.reply().outcome, client.reply().outcome],
                  [GONE, GONE])
            first = add_key(program, "acme", 1)
    equal(queues_of(program), ["before"] * 2)


def test_an_idempotency_key_outlives_a_kill(program):
    with_org(program)
    with Recorder(program) as recorder:
        with recorder.client() as client:
            first = client.ask(1, "a", "b", key="k")
        recorder.kill()
        recorder.start()
        with recorder.client() as client:
            again = client.ask(1, "a", "b", key="k")
    equal((again.outcome, again.places), (REPLAYED, first.places))
    equal(queues_of(program), ["a", "b"])


def test_what_waits_is_one_commit(program):
    with_org(program)
    with Recorder(program) as recorder:
        clients = [recorder.client() for _ in range(32)]
        for client in clients:
            equal(client.ask(0, "first").outcome, RECORDED)
        recorder.signal(signal.SIGSTOP)
        for client in clients:
            for number in range(1, 26):
                client.send(number, f"q{number}")
        recorder.signal(signal.SIGCONT)
        for client in clients:
            for number in range(1, 26):
                equal(client.reply().sequence, number)
            client.socket.close()
        recorder.stop()
        equal(recorder.total("requests"), 32 * 26)
        equal(recorder.total("recorded"), 32 * 26)
        # Each of the first 32 had its own; the 800 took a few.
        equal(recorder.total("commits") <= 32 + 8, True)
    equal(len(queues_of(program)), 32 * 26)


def test_a_second_recorder_is_refused_and_told_of_the_first(program):
    with_org(program)
    with Recorder(program) as recorder:
        result = program.run("recorder")
        expect(result, STATUS_FAILED, program.store, "another recorder",
               f"the process {recorder.child.pid}")
        with recorder.client() as client:
            equal(client.ask(1, "a").outcome, RECORDED)
        recorder.kill()
        recorder.start()


def test_without_a_store_it_says_so(program):
    expect(program.run("recorder"), STATUS_FAILED, program.store)
    os.mkdir(program.store)
    expect(program.run("recorder"), STATUS_FAILED, program.store)
    equal(os.listdir(program.store), [])


def test_its_files_are_for_the_group_alone(program):
    with_org(program)
    with Recorder(program):
        for name in ("recorder.sock", "recorder.lock"):
            mode = os.stat(program.path("store", name)).st_mode
            equal(mode & 0o777, 0o660)


def test_a_dead_socket_is_replaced_and_a_file_is_not(program):
    with_org(program)
    path = program.path("store", "recorder.sock")
    with Recorder(program) as recorder:
        recorder.kill()
        equal(os.path.exists(path), True)
        recorder.start()
        recorder.stop()
    equal(os.path.exists(path), False)
    program.write("store/recorder.sock", b"mine")
    expect(program.run("recorder"), STATUS_FAILED, path,
           "a file that is no socket")
    equal(program.read("store/recorder.sock"), b"mine")


def test_a_socket_that_is_removed_is_made_anew(program):
    with_org(program)
    with Recorder(program) as recorder:
        os.unlink(program.path("store", "recorder.sock"))
        recorder.wait_for("is made anew")
        with recorder.client() as client:
            equal(client.ask(1, "a").outcome, RECORDED)
        os.unlink(program.path("store", "recorder.sock"))
        program.write("store/recorder.sock", b"mine")
        recorder.wait_for("a file that is no socket")
        os.unlink(program.path("store", "recorder.sock"))
        time.sleep(1.5)
        with recorder.client() as client:
            equal(client.ask(1, "b").outcome, RECORDED)


def test_a_stop_answers_all_that_was_sent(program):
    with_org(program)
    sent = []
    answered = []

    def pump(recorder, name):
        with recorder.client() as client:
            reader = threading.Thread(target=read, args=(client,))
            reader.start()
            for number in range(100000):
                try:
                    client.send(number, f"{name}-{number}")
                except OSError:
                    break
                sent.append(f"{name}-{number}")
            reader.join()

    def read(client):
        while True:
            reply = client.reply()
            if reply is None:
                return
            answered.append(reply.outcome)

    with Recorder(program) as recorder:
        pumps = [threading.Thread(target=pump, args=(recorder, f"c{i}"))
                 for i in range(4)]
        for thread in pumps:
            thread.start()
        time.sleep(0.5)
        status, seconds = recorder.stop()
        for thread in pumps:
            thread.join()
    equal((status, seconds < 6), (0, True))
    equal(len(answered), len(sent))
    equal(set(answered) <= {RECORDED, STOPPING}, True)
    stored = queues_of(program)
    equal(len(stored), answered.count(RECORDED))
    equal(len(set(stored)), len(stored))
    equal(set(stored) <= set(sent), True)


def test_idle_clients_do_not_delay_a_stop(program):
    with_org(program)
    with Recorder(program) as recorder:
        clients = [recorder.client() for _ in range(20)]
        equal(clients[0].ask(1, "a").outcome, RECORDED)
        status, seconds = recorder.stop()
        equal((status, seconds < 2), (0, True))
        for client in clients:
            equal(client.reply(), None)
            client.socket.close()


def test_a_full_store_refuses_until_there_is_room(program):
    with_org(program)
    small = {"APITRAIL_MAP_SIZE": "1M", "APITRAIL_RETENTION": "3s"}
    with Recorder(program, **small) as recorder, \
            recorder.client() as client:
        first = client.ask(0, "first", key="k")
        outcomes = []
        while FULL not in outcomes and len(outcomes) < 100:
            outcomes.append(client.ask(1, *["full"] * 500).outcome)
        equal(set(outcomes), {RECORDED, FULL})
        recorder.wait_for("the store is full")
        # Who only repeats needs no room: at once, and when it is tried again.
        for pause in (0, 0.2):
            time.sleep(pause)
            again = client.ask(1, "first", key="k")
            equal((again.outcome, again.places), (REPLAYED, first.places))
            equal(client.ask(1, "other", key="k").outcome, MISMATCH)
        time.sleep(4)
        equal(client.ask(2, "room").outcome, RECORDED)
        recorder.wait_for("has room again")
        equal(recorder.text().count("the store is full"), 1)


def test_old_events_leave_while_nobody_writes(program):
    with_org(program)
    with Recorder(program, APITRAIL_RETENTION="1s") as recorder:
        with recorder.client() as client:
            for number in range(20):
                client.ask(number, *["a"] * 1000)
        end = time.monotonic() + 20
        while program.must_json("stat")["events"] > 0:
            equal(time.monotonic() < end, True)
            time.sleep(0.1)


def test_a_store_that_is_replaced_ends_it(program):
    with_org(program)
    with Recorder(program) as recorder, recorder.client() as client:
        equal(client.ask(1, "a").outcome, RECORDED)
        path = program.path("store", "data.mdb")
        shutil.copy(path, path + ".copy")
        os.rename(path + ".copy", path)
        reply = client.ask(2, "b")
        equal(reply is None or reply.outcome in (FAILED, STOPPING), True)
        equal(recorder.child.wait(20), STATUS_FAILED)
        recorder.wait_for("has taken this one's place")


def test_the_service_manager_is_told(program):
    with_org(program)
    path = program.path("notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(20)
        with Recorder(program, NOTIFY_SOCKET=path,
                      WATCHDOG_USEC="300000") as recorder:
            words = [manager.recv(100) for _ in range(4)]
            recorder.stop()
            manager.settimeout(0.2)
            try:
                while True:
                    words.append(manager.recv(100))
            except TimeoutError:
                pass
    equal(words[0], b"READY=1")
    equal(words[1:4], [b"WATCHDOG=1"] * 3)
    equal(b"STOPPING=1" in words, True)


def test_the_command_line_writes_beside_it(program):
    with_org(program)
    with Recorder(program) as recorder, recorder.client() as client:
        for number in range(20):
            equal(client.ask(number, f"r{number}").outcome, RECORDED)
            program.must("append", "--org", "acme", stdin=json.dumps(
                {"type": "queue_added",
                 "queue": {"id": f"a{number}"}}).encode())
    equal(queues_of(program), [f"{who}{number}" for number in range(20)
                               for who in "ra"])


def test_a_stalled_recorder_goes_on_where_it_was(program):
    with_org(program)
    with Recorder(program) as recorder, recorder.client() as client:
        recorder.signal(signal.SIGSTOP)
        client.send(1, "a")
        client.socket.settimeout(0.5)
        try:
            client.reply()
            raise AssertionError("a stopped process answers")
        except TimeoutError:
            pass
        recorder.signal(signal.SIGCONT)
        client.socket.settimeout(20)
        equal(client.reply().outcome, RECORDED)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
