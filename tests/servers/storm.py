"""storm.py - clients that post without a pause, and repeat what failed.

Every POST has an Idempotency-Key and is repeated until it is acknowledged, as
a service would that must not lose an event, whatever became of the request.
"""
import http.client
import json
import random
import threading
import time

import client
import walk

EVENTS_MAX = 5
ATTEMPTS_MAX = 2000
ATTEMPT_PAUSE_SECONDS = 0.02
# Of a hundred requests, whose answer the client does not wait for.
ABANDONED = 10


class Client:
    """One client with one kept connection."""

    def __init__(self, storm, number):
        self.storm = storm
        self.name = str(number)
        self.random = random.Random(number)
        self.connection = None
        self.acknowledged = {}      # place of an event, by its queue's name
        self.posts = self.attempts = self.replays = 0
        self.faults = []

    def run(self):
        try:
            while not self.storm.is_over.is_set() and not self.faults:
                self.post_until_acknowledged()
        finally:
            self.close()

    def post_until_acknowledged(self):
        label = f"{self.name}/{self.posts}"
        names = [f"{label}/{number}" for number in
                 range(self.random.randint(1, EVENTS_MAX))]
        body = "".join(map(walk.queue_event, names)).encode()
        self.posts += 1
        for _ in range(ATTEMPTS_MAX):
            self.attempts += 1
            response = self.post(label, body)
            if response is not None and response.status == 201:
                self.note(names, response)
                return
            if response is not None and response.status not in (
                    502, 503, 504):
                self.faults.append(f"{label}: {response.status} "
                                   f"{response.body}")
                return
            time.sleep(ATTEMPT_PAUSE_SECONDS)
        self.faults.append(f"{label} was never acknowledged")

    def post(self, label, body):
        """The response, or None when there was none to be had."""
        try:
            if self.connection is None:
                self.connection = client.Connection(self.storm.port)
            self.connection.send("POST", "/v1/events", [
                ("X-API-KEY", self.storm.key),
                ("Content-Type", "application/x-ndjson"),
                ("Idempotency-Key", label)], body, keep=True)
            if self.random.randrange(100) < ABANDONED:
                time.sleep(self.random.random() * ATTEMPT_PAUSE_SECONDS)
                self.close()
                return None
            return self.connection.receive("POST")
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self):
        if self.connection is not None:
            self.connection.socket.close()
        self.connection = None

    def note(self, names, response):
        events = json.loads(response.body)["events"]
        if walk.queue_names(events) != names:
            self.faults.append(f"{names} were answered with others")
        self.replays += response.field("Idempotent-Replayed") == "true"
        for event in events:
            self.acknowledged[event["queue"]["name"]] = (
                event["stored_at"], event["id"])


class Storm:
    """Clients on threads; faults says what came of it."""

    def __init__(self, port, key, count):
        self.port = port
        self.key = key
        self.is_over = threading.Event()
        self.clients = [Client(self, number) for number in range(count)]
        self.threads = [threading.Thread(target=each.run)
                        for each in self.clients]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """What is under way is acknowledged first."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def count(self, name):
        return sum(getattr(each, name) for each in self.clients)

    def faults(self):
        """What is wrong with what a reader sees after the end."""
        faults = [fault for each in self.clients for fault in each.faults]
        acknowledged = {}
        for each in self.clients:
            acknowledged.update(each.acknowledged)
        events = walk.walk(self.port, self.key,
                           "/v1/events?limit=1000&events=queues")
        faults += walk.order_faults(events)
        places = {}
        for event in events:
            name = event["queue"]["name"]
            if name in places:
                faults.append(f"{name} was recorded twice")
            places[name] = (event["stored_at"], event["id"])
        for name, place in acknowledged.items():
            if places.pop(name, None) != place:
                faults.append(f"{name} was acknowledged and is not there")
        faults += [f"{name} is there and was never acknowledged"
                   for name in places]
        return faults[:20]
