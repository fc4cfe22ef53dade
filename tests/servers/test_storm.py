#!/usr/bin/env python3
"""test_storm.py - a recorder is killed in the middle of a storm of POSTs.

However often, at whatever moment: each event that was acknowledged is there
once, and none twice.

Usage: test_storm.py        ROUNDS=100 in the environment: so many kills
"""
import sys

sys.dont_write_bytecode = True

import os
import random
import time

import doors
import fixture
import recorders
import responders
import storm
import tap

ROUNDS = int(os.environ.get("ROUNDS", "10"))
CLIENTS = 8
LIFE_SECONDS_MAX = 0.6
DEATH_SECONDS_MAX = 0.2


def a_recorder_is_killed_again_and_again(results):
    recorder = recorders.Recorder(STORE)
    try:
        with doors.NginxDoor(STORE) as door, \
                storm.Storm(door.port, STORE.keys["storm"], CLIENTS) as one:
            for _ in range(ROUNDS):
                time.sleep(random.random() * LIFE_SECONDS_MAX)
                recorder.kill()
                time.sleep(random.random() * DEATH_SECONDS_MAX)
                recorder = recorders.Recorder(STORE)
            one.end()
            faults = one.faults()
    finally:
        recorder.stop()
    results.result(
        f"{ROUNDS} kills of the recorder lose no event and double none "
        f"({one.count('posts')} posts in {one.count('attempts')} attempts, "
        f"{one.count('replays')} replays)", faults)
    results.expect("some posts had to be repeated",
                   one.count("attempts") > one.count("posts") and
                   one.count("replays") > 0)
    check = STORE.try_cli("check")
    results.expect("the store is whole", check.returncode == 0,
                   check.stdout.decode() + check.stderr.decode())


def a_responder_is_killed_again_and_again(results):
    rounds = max(1, ROUNDS // 5)
    with recorders.Recorder(STORE), doors.NginxDoor(STORE) as door, \
            storm.Storm(door.port, STORE.keys["other"], CLIENTS) as one:
        for _ in range(rounds):
            time.sleep(random.random() * LIFE_SECONDS_MAX)
            door.responder.process.kill()
            door.responder.process.wait()
            door.responder = responders.Responder(STORE)
        one.end()
        faults = one.faults()
    results.result(
        f"{rounds} kills of the responder lose no event and double none "
        f"({one.count('posts')} posts in {one.count('attempts')} attempts)",
        faults)


with fixture.Fixture() as STORE:
    for name in ("storm", "other"):
        STORE.add_organization(name)
        STORE.add_key(name, name, "--scope", "events:write")
    tap.run([a_recorder_is_killed_again_and_again,
             a_responder_is_killed_again_and_again])
