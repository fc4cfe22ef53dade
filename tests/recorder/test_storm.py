#!/usr/bin/env python3
"""test_storm.py - kill the recorder again and again under load.

Clients repeat each request under its idempotency key until it is answered;
then every event that was answered for is there once, and none twice.
APITRAIL_STORM_ROUNDS says how often it is killed.
"""
import os
import random
import sys
import threading
import time
from collections import Counter

from recording import RECORDED, REPLAYED, Client, Recorder, queues_of, with_org
from program import DONE, equal, expect, run_all

ROUNDS = int(os.environ.get("APITRAIL_STORM_ROUNDS", "10"))
CLIENTS = 8
WINDOW = 16
EVENTS_EACH = 3
REPLY_SECONDS = 5


class Asker(threading.Thread):
    """Sends requests, many at once, and repeats what was not answered."""

    def __init__(self, store, name):
        super().__init__()
        self.store = store
        self.name = name
        self.next = 0
        self.open = {}          # by number: the queues of its events
        self.answered = []      # queues
        self.replayed = 0
        self.is_ending = False
        self.fault = None

    def run(self):
        try:
            while not self.is_ending or self.open:
                try:
                    with Client(self.store, REPLY_SECONDS) as client:
                        self.talk(client)
                except OSError:
                    time.sleep(0.002)
        except Exception as fault:  # pylint: disable=broad-except
            self.fault = fault

    def talk(self, client):
        """Until the connection is lost, or nothing is left to ask."""
        for number in sorted(self.open):
            self.send(client, number)
        while True:
            while not self.is_ending and len(self.open) < WINDOW:
                number = self.next
                self.next += 1
                self.open[number] = [f"{self.name}-{number}-{i}"
                                     for i in range(EVENTS_EACH)]
                self.send(client, number)
            if not self.open:
                return
            reply = client.reply()
            if reply is None:
                return
            assert reply.outcome in (RECORDED, REPLAYED), reply.outcome
            self.replayed += reply.outcome == REPLAYED
            self.answered += self.open.pop(reply.sequence)

    def send(self, client, number):
        client.send(number, *self.open[number], key=f"{self.name}-{number}")


def test_every_answered_event_is_there_once_and_none_twice(program):
    with_org(program)
    random.seed(5)
    askers = [Asker(program.store, f"c{i}") for i in range(CLIENTS)]
    with Recorder(program) as recorder:
        for asker in askers:
            asker.start()
        for _ in range(ROUNDS):
            time.sleep(random.uniform(0.02, 0.15))
            recorder.kill()
            recorder.start()
        for asker in askers:
            asker.is_ending = True
        for asker in askers:
            asker.join()
        equal(recorder.stop()[0], 0)
    equal([asker.fault for asker in askers], [None] * CLIENTS)
    answered = [queue for asker in askers for queue in asker.answered]
    stored = Counter(queues_of(program))
    equal([queue for queue, count in stored.items() if count > 1], [])
    equal(sorted(stored), sorted(answered))
    expect(program.run("check"), DONE)
    print(f"# {len(answered)} events, {ROUNDS} kills, "
          f"{sum(asker.replayed for asker in askers)} replays")
    equal(len(answered) > 0, True)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
