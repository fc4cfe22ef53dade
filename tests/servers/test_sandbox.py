#!/usr/bin/env python3
"""test_sandbox.py - the programs in their sandbox, and when they crash.

What is refused inside is for test_sandbox.c to show; here, that the programs
are inside, that all of it goes on there, and what a crash leaves in the log.
"""
import sys

sys.dont_write_bytecode = True

import contextlib
import json
import os
import re
import signal
import subprocess
import time

import fastcgi
import fixture
import recorders
import responders
import tap

WAIT_SECONDS = 10
DAMAGE_ROUNDS = 50
PAGE_BYTES = 4096
# A build with sanitizers has no sandbox, and says so.
NO_SANDBOX = "this is a build with sanitizers"
WAYS = ("listen", "spawn-fcgi", "descriptor 3", "descriptor 0")


def is_sanitized():
    """Whether this build says that it cannot have a sandbox."""
    done = subprocess.run(
        [STORE.responder, "--sandbox", "required", "--listen",
         os.path.join(STORE.run, "required.sock")],
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
        timeout=WAIT_SECONDS, env=STORE.environment(
            APITRAIL_STORE="/nowhere/at/all"), **fixture.user_arguments())
    if done.returncode != 2:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return NO_SANDBOX.encode() in done.stderr


def log_of(program):
    with open(program.log_path, encoding="utf-8", errors="replace") as file:
        return file.read()


def wait_for(is_there, what):
    end = time.monotonic() + WAIT_SECONDS
    while not is_there():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.02)


def ask(responder, params, body=b""):
    """Status and JSON of an answer; None when the connection is cut off."""
    connection = fastcgi.Connection(responder.path)
    with contextlib.closing(connection):
        try:
            connection.send(params, body)
            answer = connection.receive()
        except OSError:
            return None
    if answer is None:
        return None
    head, _, text = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(text) if text else None


def get(responder, target="/v1/events", **fields):
    return ask(responder, {**fastcgi.get_params(
        target, STORE.keys["acme"]), **fields})


def post(responder, name):
    body = json.dumps({"type": "queue_added", "queue": {
        "id": "posted", "name": name}}).encode()
    return ask(responder, fastcgi.post_params(
        "/v1/events", STORE.keys["acme"], CONTENT_LENGTH=str(len(body))),
        body)


def status_lines(process):
    """Of /proc/PID/status, of the process and each of its threads."""
    lines = []
    folder = f"/proc/{process}/task"
    for thread in os.listdir(folder):
        with open(f"{folder}/{thread}/status", encoding="ascii") as file:
            lines.append(dict(re.findall(
                r"^(NoNewPrivs|Seccomp):\s*(\d+)$", file.read(), re.M)))
    return lines


def confined_faults(program):
    """Whoever starts it becomes it: the process is the program's."""
    wait_for(lambda: "sandbox=" in log_of(program),
             "it does not say whether it has one: " + log_of(program))
    if IS_SANITIZED:
        return [] if NO_SANDBOX in log_of(program) else ["why it has none"]
    faults = [f"a thread is outside: {lines}"
              for lines in status_lines(program.process.pid)
              if lines != {"NoNewPrivs": "1", "Seccomp": "2"}]
    if not re.search(r'sandbox="?(landlock \d+, )?seccomp',
                     log_of(program)):
        faults.append("it does not say so: " + log_of(program))
    return faults


def refusals(program):
    return [line for line in log_of(program).splitlines()
            if "was refused" in line or "does not open" in line]


def both_are_confined_however_they_are_started(results):
    for way in WAYS:
        with responders.Responder(STORE, way) as responder:
            faults = confined_faults(responder)
            if get(responder)[0] != 200:
                faults.append("it does not answer")
        results.result(f"a responder is in the sandbox ({way})", faults)
    with recorders.Recorder(STORE) as recorder:
        results.result("the recorder is in the sandbox",
                       confined_faults(recorder))


def it_can_be_switched_off(results):
    with responders.Responder(STORE, name="off",
                              APITRAIL_SANDBOX="off") as responder:
        lines = status_lines(responder.process.pid)
        results.expect("off is off", get(responder)[0] == 200 and all(
            line["Seccomp"] == "0" for line in lines), str(lines))


def all_goes_on_inside(results):
    """Pages, recording, a recorder that comes back, a restore."""
    backup = os.path.join(STORE.run, "backup")
    with responders.Responder(STORE, name="inside") as responder:
        with recorders.Recorder(STORE):
            results.expect("an event is recorded",
                           post(responder, "first")[0] == 201)
        results.expect("without a recorder it is refused",
                       post(responder, "lost")[0] == 503)
        STORE.cli("backup", backup)
        with recorders.Recorder(STORE) as recorder:
            results.expect("the next recorder is found",
                           post(responder, "second")[0] == 201)
            os.unlink(recorder.path)
            wait_for(recorder.is_there, "the socket is not made anew")
            results.expect("its socket, made anew, is found too",
                           post(responder, "third")[0] == 201)
            faults = refusals(recorder)
        STORE.cli("restore", backup, "--yes")
        wait_for(lambda: names(responder) == ["first"],
                 "the restored store is not seen")
        results.expect("a restored store is opened", True)
        results.result("nothing was refused", faults + refusals(responder))


def names(responder):
    """Of the queues that were posted."""
    status, page = get(responder, "/v1/events?events=queues&limit=1000")
    return status == 200 and [
        event["queue"]["name"] for event in page["events"]
        if event["queue"]["id"] == "posted"]


def crash_line(program):
    wait_for(lambda: "fact=\"crashed\"" in log_of(program),
             "there is no line: " + log_of(program))
    return [line for line in log_of(program).splitlines()
            if "fact=\"crashed\"" in line][0]


def a_signal_that_was_sent_is_told(results):
    numbers = [signal.SIGABRT, signal.SIGBUS]
    if not IS_SANITIZED:
        numbers.append(signal.SIGSEGV)
    for number in numbers:
        with responders.Responder(STORE, name=number.name) as responder:
            responder.process.send_signal(number)
            status = responder.process.wait(WAIT_SECONDS)
            line = crash_line(responder)
        results.expect(f"a responder tells of {number.name}, and ends by it",
                       status == -number and "level=error" in line and
                       f'signal="{number.name}" sent_by={os.getpid()}'
                       in line, f"{status}: {line}")
    with recorders.Recorder(STORE) as recorder:
        recorder.process.send_signal(signal.SIGABRT)
        status = recorder.process.wait(WAIT_SECONDS)
        line = crash_line(recorder)
    results.expect("so does the recorder", status == -signal.SIGABRT and
                   'signal="SIGABRT"' in line, f"{status}: {line}")


def a_file_that_is_cut_under_it_is_told(results):
    """Which request met it, where in which file; then it is started again.
    The look at the file's size comes once a second: until then LMDB reads
    what is not there."""
    path = os.path.join(STORE.store, "data.mdb")
    with open(path, "rb") as file:
        whole = file.read()
    responder = responders.Responder(STORE, name="cut")
    with responder:
        for _ in range(DAMAGE_ROUNDS):
            # Just looked at.
            time.sleep(1.05)
            get(responder, "/readyz")
            os.truncate(path, 2 * PAGE_BYTES)
            answer = get(responder, HTTP_X_REQUEST_ID="the-one")
            if answer is None:
                break
            with open(path, "r+b") as file:
                file.write(whole)
        status = responder.process.wait(WAIT_SECONDS)
        line = crash_line(responder)
    found = re.search(r'file="([^"]*)" offset=(\d+) page=(\d+)', line)
    faults = [] if status == -signal.SIGBUS else [f"its status is {status}"]
    for text in ('signal="SIGBUS"', 'doing="/events"',
                 'request_id="the-one"', " address=0x"):
        if text not in line:
            faults.append(f"{text} is not in the line")
    if found is None or found[1] != path or int(found[2]) < 2 * PAGE_BYTES \
            or int(found[2]) // PAGE_BYTES != int(found[3]):
        faults.append("the place is not told")
    results.result("a cut file is told of, with request and place",
                   faults and [*faults, line])
    with open(path, "r+b") as file:
        file.write(whole)
    with responders.Responder(STORE, name="cut") as responder:
        results.expect("the next one answers again",
                       get(responder)[0] == 200)


def main():
    STORE.add_organization("acme")
    STORE.add_key("acme", "acme", "--scope", "events:write")
    STORE.import_file("acme")
    tap.run([both_are_confined_however_they_are_started,
             it_can_be_switched_off, a_signal_that_was_sent_is_told,
             a_file_that_is_cut_under_it_is_told, all_goes_on_inside])


if __name__ == "__main__":
    with fixture.Fixture() as STORE:
        IS_SANITIZED = is_sanitized()
        main()
