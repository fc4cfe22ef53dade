#!/usr/bin/env python3
"""test_doctor.py - apitrail doctor names what is wrong, and the mend."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from program import DONE, EVENT, FAILED, USAGE, equal, expect, run_all

ORG = ("--org", "acme")
SECONDS = 15
SAYS_401 = (b"HTTP/1.1 401 Unauthorized\r\n"
            b'WWW-Authenticate: ApiKey realm="apitrail"\r\n\r\n')


def doctor(program, *words, **more):
    """Its status, and its findings by check: state, finding and mend."""
    result = program.run("doctor", "--json", *words, **more)
    text = result.stdout.decode()
    found = json.loads(text)
    equal(found["is_healthy"], result.returncode == DONE)
    return result.returncode, {
        check["check"]: (check["state"], check["finding"],
                         check["mend"] or "")
        for check in found["checks"] if check["state"] != "good"}


def is_wrong(program, check, finding, mend, *words, **more):
    """One check is wrong, so the status is 1."""
    status, found = doctor(program, *words, **more)
    equal((status, check in found), (FAILED, True))
    equal((found[check][0], finding in found[check][1],
           mend in found[check][2]), ("wrong", True, True))


@contextlib.contextmanager
def recorder(program):
    """A recorder that runs, and gives signs of life."""
    with subprocess.Popen(
            [program.binary, "recorder"], stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, cwd=program.folder,
            env=program.environment(APITRAIL_SANDBOX="off")) as child:
        try:
            wait_until(lambda: "recorder" not in doctor(program)[1])
            yield child
        finally:
            child.send_signal(signal.SIGCONT)
            child.terminate()


def wait_until(is_so):
    deadline = time.monotonic() + SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError("it never was so")
        time.sleep(0.1)


@contextlib.contextmanager
def web_server(answer):
    """Something that answers so; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with contextlib.suppress(OSError):
                connection = listener.accept()[0]
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_good_store_is_healthy_and_says_what_is_not_there(program):
    program.with_org()
    program.must("append", *ORG, stdin=EVENT)
    status, found = doctor(program)
    equal((status, sorted(found)), (DONE, ["recorder", "responders"]))
    equal({state for state, _, _ in found.values()}, {"note"})
    text = program.must("doctor").decode()
    equal("store         good: " in text and "  mend        " in text, True)


def test_a_store_that_is_missing_is_wrong(program):
    is_wrong(program, "store", program.store, "apitrail init")


def test_a_store_that_is_no_store_is_wrong(program):
    program.must("init")
    program.write("store/data.mdb", b"nothing" * 10000)
    is_wrong(program, "store", "data.mdb", "apitrail restore")


def test_rights_are_wrong_where_others_have_any(program):
    program.must("init")
    os.chmod(program.path("store", "data.mdb"), 0o644)
    is_wrong(program, "rights", "0644", "chmod 0640")
    os.chmod(program.path("store", "data.mdb"), 0o640)
    # What opens lock.mdb mends that; this is touched by commits alone.
    wake = program.write("store/wake", b"")
    os.chmod(wake, 0o600)
    is_wrong(program, "rights", "wake", "chmod 0660")
    os.unlink(wake)
    os.chmod(program.store, 0o2777)
    is_wrong(program, "rights", program.store, "chmod 2770")
    os.chmod(program.store, 0o2770)
    os.mkdir(wake)
    is_wrong(program, "rights", "wake is no regular file", "mv ")


def test_the_group_of_a_file_is_that_of_the_folder(program):
    if os.getuid() != 0:
        return
    program.must("init")
    wake = program.write("store/wake", b"")
    os.chmod(wake, 0o660)
    os.chown(wake, 0, 12345)
    is_wrong(program, "rights", "group 12345", "chown --reference=")


def test_a_pepper_is_needed_and_secret(program):
    program.must("init")
    os.chmod(program.path("store", "pepper"), 0o644)
    is_wrong(program, "pepper", "open to every user", "chmod 0640")
    os.unlink(program.path("store", "pepper"))
    is_wrong(program, "pepper", "pepper", "APITRAIL_PEPPER")


def test_a_map_that_is_nearly_full_is_told(program):
    program.with_org()
    small = {"APITRAIL_MAP_SIZE": "4M"}
    program.run("append", *ORG, stdin=EVENT * 60000, variables=small)
    status, found = doctor(program, variables=small)
    # The commit that would have been too much was refused.
    equal((found["map"][0] in ("note", "wrong"), status == FAILED),
          (True, found["map"][0] == "wrong"))
    equal("APITRAIL_MAP_SIZE" in found["map"][2], True)


def test_a_clock_behind_the_last_event_is_wrong(program):
    program.with_org()
    subprocess.run([*program.clock_moved(3600), program.binary, "append",
                    *ORG], input=EVENT, check=True, cwd=program.folder,
                   stdout=subprocess.DEVNULL, env=program.environment())
    is_wrong(program, "clock", "behind the last event", "set the clock")


def test_a_recorder_is_missed_once_it_was_there(program):
    program.with_org()
    with recorder(program):
        equal(doctor(program)[0], DONE)
    is_wrong(program, "recorder", "nobody listens", "systemctl start")


def test_a_file_of_counters_that_cannot_be_shared_is_wrong(program):
    program.with_org()
    path = program.path("store", "counters")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    os.mkdir(path, 0o770)
    is_wrong(program, "counters", "cannot be shared", "remove it")


def test_a_web_server_is_asked(program):
    program.with_org()
    with web_server(SAYS_401) as url:
        equal(doctor(program, "--url", url)[0], DONE)
    for status, mend in ((502, "start it"), (503, "the store above"),
                         (404, "APITRAIL_PREFIX"), (200, "locked out"),
                         (301, "https://")):
        with web_server(b"HTTP/1.1 %d X\r\n\r\n" % status) as url:
            is_wrong(program, "web server", str(status), mend, "--url", url)
    with web_server(b"SSH-2.0-nothing\r\n") as url:
        is_wrong(program, "web server", "no answer", "log", "--url", url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    is_wrong(program, "web server", "refused", "start the web server",
             "--url", f"http://127.0.0.1:{port}/api")


def test_a_url_that_is_none_is_wrong_usage(program):
    for url in ("ftp://x", "x", "http://", "https:///x", "http://h:x/",
                "http://h:999999", "https://h/\r\nX: y", "http://h:80x",
                "https://h/?x", "http://h/#x", "https:h"):
        expect(program.run("doctor", "--url", url), USAGE, "--url: expected")


if __name__ == "__main__":
    run_all(sys.modules[__name__])
