#!/usr/bin/env python3
"""damage.py - a store is damaged in every region, and asked.

Bits are flipped, pages zeroed, filled, exchanged, files cut.  An answer with
events has those that were recorded, and nothing else, whatever was damaged;
`apitrail check` names what a request has noticed; a responder that a damage
ends is well again once it is started anew.

Usage: damage.py        MUTATIONS=10000 SEED=7 in the environment
"""
import sys

sys.dont_write_bytecode = True

import torture

import collections
import contextlib
import itertools
import json
import os
import random
import subprocess
import time

import client
import damage_image
import door
import fastcgi
import fixture
import recorders
import responders

MUTATIONS = torture.size("MUTATIONS", 60)
# All mutations meet a responder that runs; one of so many also one that is
# started for each question, and check, which otherwise is asked only when an
# answer was not right: a new process takes longer than all the rest.
FRESH_EVERY = 5
# No data, but memory that running processes share, with the locks in it: who
# finds one taken waits, and a responder's watchdog ends it after a minute.
# Once all have ended it is made anew.
LOCK_FILE = "lock.mdb"
# Long enough to call that hung; of other files it is a fault, and waited for.
LOCK_SECONDS = 2
QUESTIONS = 5
ORGANIZATIONS = ("acme", "globex")
EVENTS = 3000
KEYS = 8
POSTS = 10
ASK_SECONDS = 20
WELL_SECONDS = 20
TYPES = ("api_key_added", "listener_deleted", "message_added",
         "queue_updated", "user_seen")
CATEGORIES = {"api_keys": "api_key_", "listeners": "listener_",
              "messages": "message_", "queues": "queue_"}

NUMBERS = itertools.count()
RNG = random.Random(torture.SEED)
WANTED = {}
# How often something came of a mutation of a region.
COUNTS = collections.defaultdict(collections.Counter)


def event_line(org, number):
    return json.dumps({
        "id": f"{number:021d}", "stored_at": STORE.base_ms + number * 100,
        "type": RNG.choice(TYPES), "client": {"id": org},
        "queue": {"id": f"queue-{number}", "name": org + "x" * 100}}) + "\n"


def fill():
    for org in ORGANIZATIONS:
        STORE.add_organization(org)
        STORE.add_key(org, org, "--scope", "events:write")
        STORE.cli("import", "--org", org, data="".join(
            event_line(org, number) for number in range(EVENTS)).encode())
    for number in range(KEYS):
        STORE.add_key(f"key-{number}", ORGANIZATIONS[0])
    with recorders.Recorder(STORE), responders.Responder(STORE) as responder:
        connection = fastcgi.Connection(responder.path)
        for number in range(POSTS):
            body = b'{"type":"queue_added"}'
            connection.send(fastcgi.post_params(
                "/v1/events", STORE.keys["globex"],
                CONTENT_LENGTH=str(len(body)),
                HTTP_IDEMPOTENCY_KEY=f"key-{number}"), body)
            if b"201" not in connection.receive()[:20]:
                raise RuntimeError("a POST was not answered 201")
        connection.close()
    for org in ORGANIZATIONS:
        lines = STORE.cli("events", "--org", org, "--ndjson").splitlines()
        STORE.events[org] = [json.loads(line) for line in lines]
        for category, prefix in (*CATEGORIES.items(), (None, "")):
            WANTED[org, category] = Wanted(STORE.events[org], prefix)


class Wanted:
    """The events of an organization in a category, and where each other one
    would be among them."""

    def __init__(self, events, prefix):
        self.oldest_first = []
        self.counts = []        # of these before each event
        for event in events:
            self.counts.append(len(self.oldest_first))
            if event["type"].startswith(prefix):
                self.oldest_first.append(event)
        self.newest_first = self.oldest_first[::-1]
        self.counts.append(len(self.oldest_first))

    def after(self, at, is_descending):
        """Those behind the event at this place, or all where that is None."""
        if is_descending:
            return self.newest_first if at is None else \
                self.newest_first[len(self.newest_first) - self.counts[at]:]
        return self.oldest_first if at is None else \
            self.oldest_first[self.counts[at + 1]:]


class Question:
    """A GET of some form, and the events that are its answer."""

    def __init__(self):
        self.org = RNG.choice(ORGANIZATIONS)
        events = STORE.events[self.org]
        self.category = RNG.choice((None, *CATEGORIES))
        self.is_descending = RNG.random() < 0.4
        self.limit = RNG.choice((1, 10, 100, 1000))
        at = RNG.choice((None, RNG.randrange(len(events))))
        # A parameter that nobody knows: no answer is one that was kept.
        self.target = f"/v1/events?limit={self.limit}&n={next(NUMBERS)}"
        if self.category is not None:
            self.target += "&events=" + self.category
        if self.is_descending:
            self.target += "&order=desc"
        if at is not None:
            self.target += (f"&startAfter={events[at]['stored_at']}"
                            f"&startAfterId={events[at]['id']}")
        self.wanted = WANTED[self.org, self.category].after(
            at, self.is_descending)

    def outcome(self, response):
        """What an answer is, in a word."""
        if response is None:
            return "ended"
        if response.status >= 500:
            return "5xx"
        if response.status != 200:
            return "refused"
        answer = json.loads(response.body)
        events = answer["events"]
        is_more = "next" in answer["_links"]
        if events == self.wanted[:self.limit] and \
                is_more == (len(self.wanted) > self.limit):
            return "right"
        # What came may be less than there is, but nothing else.
        rest = iter(self.wanted)
        return "hidden" if all(event in rest for event in events) else "wrong"

    def params(self):
        return fastcgi.get_params(self.target, STORE.keys[self.org])

    def ask_cgi(self):
        done = subprocess.run(
            fixture.as_user([STORE.responder]), input=b"",
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
            cwd=STORE.run, timeout=ASK_SECONDS, env={**STORE.environment(), **{
                name: os.fsencode(value) for name, value in door.cgi_params(
                    "GET", self.target,
                    [("X-API-KEY", STORE.keys[self.org])], b"").items()}})
        if not done.stdout:
            return None
        return client.read_response(done.stdout)

    def ask_live(self, path, seconds=ASK_SECONDS):
        try:
            connection = fastcgi.Connection(path)
            connection.socket.settimeout(seconds)
            connection.send(self.params())
            answer = connection.receive()
            connection.close()
        except (ConnectionError, FileNotFoundError):
            return None
        return None if answer is None else client.read_response(answer)


class Trial:
    """All mutations, one after the other."""

    def __init__(self):
        self.image = damage_image.Image(STORE.store, RNG)
        self.faults = []
        self.live = collections.Counter()
        self.responder = None
        self.answers = collections.Counter()
        self.done = 0

    def run(self):
        regions = sorted(self.image.regions)
        try:
            for number, region in zip(range(MUTATIONS),
                                      itertools.cycle(regions)):
                self.mutate(number, region)
        finally:
            if self.responder is not None:
                self.responder.stop()

    def mutate(self, number, region):
        questions = [Question() for _ in range(QUESTIONS)]
        # Each region has its turn, and so each meets all of it.
        is_fresh = number // len(self.image.regions) % FRESH_EVERY == 0
        is_live = region != LOCK_FILE or not is_fresh
        if is_live:
            self.begin_live()
        else:
            self.stop_live()
        what = self.image.damage(region)
        outcomes, found = [], None
        try:
            if is_live:
                outcomes += self.ask(
                    questions, self.ask_locked if region == LOCK_FILE else
                    self.ask_live, what)
            if region == LOCK_FILE:
                self.stop_live()
            if is_fresh:
                outcomes += self.ask(questions, self.ask_cgi, what)
            if is_fresh or set(outcomes) != {"right"}:
                found = self.check(what)
        finally:
            self.image.mend(name_of(what))
        self.done += 1
        self.answers.update(outcomes)
        self.judge(what, region, questions, outcomes, found)
        self.end_live(what)

    def judge(self, what, region, questions, outcomes, found):
        worst = next((outcome for outcome in (
            "wrong", "hung", "silent", "hidden", "5xx", "ended", "refused")
            if outcome in outcomes), "right")
        COUNTS[region][worst] += 1
        if worst == "hung" and region == LOCK_FILE:
            return
        if worst in ("wrong", "hung", "silent"):
            self.faults.append(f"{what}: an answer was {worst}")
        elif worst == "hidden" and found is not None:
            COUNTS[region]["hidden but named"] += 1
        if worst not in ("right", "refused") and found is None and \
                name_of(what) == "data.mdb":
            COUNTS[region]["not named"] += 1
            self.faults.append(f"{what}: {outcomes}, and check finds nothing"
                               f" for {[each.target for each in questions]}")

    def ask_live(self, question):
        return question.outcome(question.ask_live(self.responder.path))

    def ask_locked(self, question):
        return question.outcome(question.ask_live(
            self.responder.path, LOCK_SECONDS))

    @staticmethod
    def ask_cgi(question):
        outcome = question.outcome(question.ask_cgi())
        return "silent" if outcome == "ended" else outcome

    @staticmethod
    def ask(questions, ask_one, what):
        outcomes = []
        for question in questions:
            try:
                outcomes.append(ask_one(question))
                if outcomes[-1] in ("wrong", "hidden", "silent"):
                    print(f"# {outcomes[-1]}: {what}: {question.target} of "
                          f"{question.org}", flush=True)
            except (subprocess.TimeoutExpired, TimeoutError):
                outcomes.append("hung")
                break
        return outcomes

    @staticmethod
    def check(what):
        """What it says that is wrong, or None."""
        try:
            done = STORE.try_cli("check")
        except subprocess.TimeoutExpired:
            return f"{what}: check hung"
        if done.returncode == 0:
            return None
        if done.returncode < 0 or not (done.stderr or done.stdout):
            TRIAL.faults.append(f"{what}: check ended with "
                                f"{done.returncode} and no word")
        return done.stdout + done.stderr

    def begin_live(self):
        if self.responder is None or \
                self.responder.process.poll() is not None:
            self.responder = responders.Responder(STORE, name="live")
            Question().ask_live(self.responder.path)

    def stop_live(self):
        if self.responder is not None:
            self.responder.process.kill()
            self.responder.process.wait()
        self.responder = None

    def end_live(self, what):
        """Whatever became of it, a new one or the same is well again."""
        status = self.responder and self.responder.process.poll()
        self.live["ended" if status is not None else "went on"] += 1
        if status is not None and status >= 0:
            self.faults.append(f"{what}: the responder ended with {status}")
        outcome = None
        # A responder looks once a second whether its file is whole again.
        end = time.monotonic() + WELL_SECONDS
        while time.monotonic() < end:
            self.begin_live()
            question = Question()
            with contextlib.suppress(TimeoutError):
                outcome = question.outcome(
                    question.ask_live(self.responder.path))
            if outcome == "right":
                return
            time.sleep(0.05)
        self.faults.append(f"{what}: {outcome} after all was mended")


def name_of(what):
    return what.split(" ", 1)[0]


def damage_never_makes_a_wrong_event(results):
    TRIAL.run()
    results.result(f"{MUTATIONS} mutations: no wrong event, no silence, and "
                   "check names what was noticed", TRIAL.faults[:30])
    for region, counts in sorted(COUNTS.items()):
        print(f"# {region} ({len(TRIAL.image.regions[region])} places): " +
              ", ".join(f"{count} {name}"
                        for name, count in sorted(counts.items())))


def row():
    total = sum(COUNTS.values(), collections.Counter())
    return ["damage", f"{TRIAL.done:,} mutations, "
            f"{sum(TRIAL.answers.values()):,} requests",
            f"{total['wrong']} wrong events; {total['5xx']:,} mutations "
            f"answered 5xx, {total['right']:,} without effect, "
            f"{total['refused']:,} refused, {total['hung']:,} hung at a lock, "
            f"{total['hidden']:,} hid events "
            f"({total['hidden but named']:,} of them named by check); "
            f"{TRIAL.live['ended']:,} of "
            f"{sum(TRIAL.live.values()):,} responders ended and were started "
            "again"]


with fixture.Fixture() as STORE:
    fill()
    TRIAL = Trial()
    torture.run([damage_never_makes_a_wrong_event], row, "torture-damage")
