"""cases.py - read the files of tests/cases and hold answers against them.

A file holds cases, each one after a line with its name:

    == a limit in scientific notation is refused
    > GET /v1/events?limit=1e3
    > X-API-KEY: {key acme}
    < 400
    < detail limit: expected a whole number, got "1e3"

Lines with > are the request: method and target, header fields, `body TEXT`,
where several are lines of one body.  `Content-Length: N` tells another length
than the body has, which no web server would pass on; `Transfer-Encoding:
chunked` sends it in chunks.  Lines with < are what the answer must be:

    < STATUS
    < Name: value       the field is there with this value
    < Name              the field is there
    < no Name           the field is not there
    < events 1 2 3      these events of the organization, in this order, each
                        as it was imported; `events none` for none
    < lines 1 2 3       the same, as NDJSON
    < self TARGET       _links.self.href, after the origin
    < next TARGET       _links.next.href, and the Link field says the same
    < no next           neither _links.next nor a Link field
    < detail TEXT       the body is a problem; its detail holds this text
    < json TEXT         the body is JSON, equal to this
    < recorded TEXT     the body holds this event as it was recorded, or each
                        of these, if it is an array; the newest page ends so.
                        Without this line a POST has recorded nothing
    < replayed          the body is that of the answer before this one
    < text TEXT         a line of the body; all of them are given
    < empty             there is no body
    ? DOOR...: STATUS   these web servers answer themselves, with this status

Placeholders:

    {key LABEL}         a key; {id N}, {at N} of acme's event N
    {origin}            what links begin with
    {base}              the moment that the events' stored_at count from
    {letters N}         N of them; so are {spaces N}, {digits N}, {open N} and
                        {close N} brackets, {events N} members of an array,
                        {lines N} of NDJSON
    {stored N}          what {events N} are when they are recorded
    {client}            the id of the organization that cases record into
    {fresh LABEL}       a text that no other door has
    {byte HH}           a character that is not ASCII
    {raw HH}            a byte of a body as it is
"""
import json
import os
import re

from fixture import CASES

TITLES = {
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    406: "Not Acceptable", 409: "Conflict", 413: "Content Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type",
    422: "Unprocessable Entity", 423: "Locked", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented",
    503: "Service Unavailable",
}
EVERY_ANSWER = {
    "Cache-Control": "private, no-store",
    "Vary": "X-API-KEY, Accept",
    "X-Content-Type-Options": "nosniff",
}
PLACEHOLDER = re.compile(
    r"\{(key|id|at|origin|base|letters|spaces|digits|open|close|events|lines|"
    r"stored|client|fresh|byte|raw)(?: ([^{}]+))?\}")
EVENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{20}")
EVENT = '{"type":"queue_added"}'
# {NAME N}: a text, N times, and what stands between two of them.
REPEATED = {
    "letters": ("a", ""), "spaces": (" ", ""), "digits": ("9", ""),
    "open": ("[", ""), "close": ("]", ""), "events": (EVENT, ","),
    "lines": (EVENT, "\n"),
}


class Case:
    """One request and what its answer must be."""

    def __init__(self, name):
        self.name = name
        self.request = []
        self.answer = []
        self.own_answers = {}   # of web servers that do not ask us

    def add(self, line):
        mark, _, text = line.partition(" ")
        if mark == ">":
            self.request.append(text)
        elif mark == "<":
            self.answer.append(text)
        elif mark == "?":
            doors, _, status = text.partition(": ")
            for door in doors.split():
                self.own_answers[door] = int(status)
        else:
            raise ValueError(f"{self.name}: neither > nor < nor ?: {line}")


def read_cases():
    """All cases, in the order of their files' names."""
    cases = []
    for name in sorted(os.listdir(CASES)):
        if not name.endswith(".case"):
            continue
        with open(os.path.join(CASES, name), encoding="utf-8") as file:
            for line in file.read().splitlines():
                if line.startswith("== "):
                    cases.append(Case(line[3:]))
                elif line and not line.startswith("#"):
                    cases[-1].add(line)
    return cases


class Runner:
    """Asks through one door and compares."""

    def __init__(self, fixture, door):
        self.fixture = fixture
        self.door = door
        self.faults = []
        self.last_body = None

    def fill(self, text):
        return PLACEHOLDER.sub(
            lambda match: self.value(match[1], match[2]), text)

    def value(self, name, argument):
        acme = self.fixture.events["acme"]
        if name == "key":
            return self.fixture.keys[argument]
        if name == "id":
            return acme[int(argument) - 1]["id"]
        if name == "at":
            return str(acme[int(argument) - 1]["stored_at"])
        if name == "base":
            return str(self.fixture.base_ms)
        if name in REPEATED:
            text, between = REPEATED[name]
            return between.join([text] * int(argument))
        if name == "byte":
            return chr(int(argument, 16))
        if name == "raw":
            # What encoding with surrogateescape makes this byte of.
            return chr(0xdc00 + int(argument, 16))
        if name == "client":
            return self.fixture.client_id
        if name == "stored":
            return ",".join([f'{EVENT[:-1]},"client":'
                             f'{{"id":"{self.fixture.client_id}"}}}}']
                            * int(argument))
        if name == "fresh":
            return f"{self.door.name}-{argument}"
        return self.door.origin

    def request(self, case):
        """Method, target, headers and body of a case."""
        method, target = self.fill(case.request[0]).split(" ", 1)
        headers, lines = [], []
        for line in case.request[1:]:
            line = self.fill(line)
            if line == "body" or line.startswith("body "):
                lines.append(line[len("body "):])
            else:
                name, _, value = line.partition(":")
                headers.append((name, value.lstrip(" ")))
        return method, target, headers, "\n".join(lines).encode(
            errors="surrogateescape")

    def can_ask(self, case):
        return self.door.can_ask(self.request(case)[2])

    def run(self, case):
        """Returns what is wrong with the answer: a list of sentences."""
        self.faults = []
        method, target, headers, body = self.request(case)
        newest = self.newest(1) if method == "POST" else None
        response = self.door.ask(method, target, headers, body)
        own_status = case.own_answers.get(self.door.name)
        if own_status is not None:
            self.compare("status", response.status, own_status)
            return self.faults
        self.compare("status", response.status, int(case.answer[0]))
        self.check_every_answer(method, response)
        if not self.faults:
            for line in case.answer[1:]:
                self.check(response, line)
            self.check_text(response, case)
            if method == "POST" and "recorded" not in [
                    line.split(" ")[0] for line in case.answer]:
                self.compare("the newest event", self.newest(1), newest)
        self.last_body = response.body
        if self.faults:
            self.faults.append(f"the answer was {response.status} "
                               f"{response.fields} {response.body[:1500]}")
        return self.faults

    def compare(self, what, is_value, expected):
        if is_value != expected:
            self.faults.append(f"{what} is {is_value!r}, not {expected!r}")

    def check_every_answer(self, method, response):
        for name, value in EVERY_ANSWER.items():
            # Apache takes the blanks out of lists.
            is_value = (response.field(name) or "").replace(", ", ",")
            self.compare(name, is_value, value.replace(", ", ","))
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}",
                            response.field("X-Request-Id") or ""):
            self.faults.append("X-Request-Id is "
                               + repr(response.field("X-Request-Id")))
        length = response.field("Content-Length")
        if length is not None and method != "HEAD":
            self.compare("Content-Length", length, str(len(response.body)))

    def check(self, response, line):
        word, _, rest = line.partition(" ")
        rest = self.fill(rest)
        if word == "events":
            self.check_events(json.loads(response.body)["events"], rest)
        elif word == "lines":
            self.check_events([json.loads(text) for text in
                               response.body.decode().splitlines()], rest)
        elif word == "self":
            self.compare("self", self.link(response, "self"),
                         self.door.origin + rest)
        elif word == "next":
            self.check_next(response, rest)
        elif line == "no next":
            self.compare("next", self.link(response, "next"), None)
            self.compare("Link", response.field("Link"), None)
        elif word == "no":
            self.compare(rest, response.field(rest), None)
        elif word == "detail":
            self.check_problem(response, rest)
        elif word == "json":
            self.compare("body", json.loads(response.body), json.loads(rest))
        elif word == "recorded":
            self.check_recorded(json.loads(response.body), json.loads(rest))
        elif line == "replayed":
            self.compare("body", response.body, self.last_body)
        elif line == "empty":
            self.compare("body", response.body, b"")
        elif word != "text":
            self.check_field(response, self.fill(line))

    def check_field(self, response, line):
        name, _, value = line.partition(": ")
        if value:
            self.compare(name, response.field(name), value)
        elif response.field(name) is None:
            self.faults.append(f"there is no {name}")

    def check_events(self, events, numbers):
        """Whole events: nothing may be lost on the way through the store."""
        organization = "acme"
        if numbers.startswith("globex "):
            organization, _, numbers = numbers.partition(" ")
        imported = self.fixture.events[organization]
        expected = [] if numbers == "none" else [
            imported[int(number) - 1] for number in numbers.split()]
        expected = [dict(event) for event in expected]
        self.compare("events", [event["id"] for event in events],
                     [event["id"] for event in expected])
        self.compare("events", events, expected)

    def newest(self, count):
        """Of the organization that cases record into, in order."""
        response = self.door.ask(
            "GET", f"/v1/events?order=desc&limit={count}",
            [("X-API-KEY", self.fixture.keys["recording"])])
        return json.loads(response.body)["events"][::-1]

    def check_recorded(self, answer, expected):
        """What was sent, with the places that a page shows too."""
        is_batch = isinstance(expected, list)
        member = "events" if is_batch else "event"
        self.compare("members", list(answer), [member])
        events = answer[member] if is_batch else [answer[member]]
        self.compare("a page of as many", self.newest(len(events)), events)
        self.compare("events", [
            {name: value for name, value in event.items()
             if name not in ("id", "stored_at")} for event in events],
            expected if is_batch else [expected])
        places = [(event["stored_at"], event["id"]) for event in events]
        self.compare("their places", places, sorted(set(places)))
        for event in events:
            if not EVENT_ID.fullmatch(event["id"]):
                self.faults.append("the id is " + event["id"])

    def link(self, response, name):
        link = json.loads(response.body)["_links"].get(name)
        return None if link is None else link["href"]

    def check_next(self, response, target):
        href = self.door.origin + target
        if response.field("Content-Type") == "application/json" and \
                response.body:
            self.compare("next", self.link(response, "next"), href)
        self.compare("Link", response.field("Link"), f'<{href}>; rel="next"')

    def check_problem(self, response, words):
        problem = json.loads(response.body)
        self.compare("members", sorted(problem),
                     ["detail", "status", "title"])
        self.compare("title", problem.get("title"), TITLES[response.status])
        self.compare("status member", problem.get("status"), response.status)
        if words not in problem.get("detail", ""):
            self.faults.append(f"the detail does not say {words!r}")

    def check_text(self, response, case):
        expected = [self.fill(line[len("text "):]) for line in case.answer
                    if line.startswith("text ")]
        if expected:
            self.compare("body", response.body.decode().splitlines(),
                         expected)
