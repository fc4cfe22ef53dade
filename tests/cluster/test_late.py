#!/usr/bin/env python3
"""test_late.py - a recorder that begins before the servers are there."""
import os
import socket
import time

import machines
import nats
import responders
from machines import EVENT, JOINED
from recorders import Recorder
from tap import run

# The fastest of some refused POSTs, and an end; what waits for servers takes
# longer.
AT_ONCE_SECONDS = 1.5
END_SECONDS = 3
POSTS = 3
SECONDS = 60
WAITS = "the recorder waits for the log"


def timed(work):
    begin = time.monotonic()
    answer = work()
    return answer, time.monotonic() - begin


def start_alone(machine, **settings):
    """Recorder and responder, without waiting for the log."""
    machine.recorder = Recorder(machine, **settings)
    machine.front = responders.Responder(machine)
    nats.wait_for(lambda: WAITS in machine.recorder.log(), "it waits",
                  SECONDS)


def end(machine):
    """Exit status, and what is wrong with the time that it took."""
    _, seconds = timed(machine.recorder.stop)
    status = machine.recorder.process.returncode
    return [] if status == 0 and seconds < END_SECONDS else [
        f"it ended with {status} after {seconds:.1f} s"]


def refusal(machine):
    """What is wrong with the answers of a machine that waits."""
    posts = [timed(lambda: machine.post(EVENT)) for _ in range(POSTS)]
    faults = [f"POST: {answer.status} {answer.body!r}"
              for answer, _ in posts if answer.status != 503
              or b"nothing was recorded" not in answer.body]
    seconds = min(seconds for _, seconds in posts)
    if seconds > AT_ONCE_SECONDS:
        faults.append(f"POST: {seconds:.1f} s")
    answer = machine.readiness()
    if answer.status != 503 or b"has not reached the log" not in answer.body:
        faults.append(f"/readyz: {answer.status} {answer.body!r}")
    if machine.ask().status != 200:
        faults.append("GET is not answered")
    return faults


def a_recorder_waits_for_servers(tap):
    with nats.Servers(1) as servers, machines.Machines(servers, 1) as all_:
        machine = all_[0]
        machine.post(EVENT)
        machine.front.stop()
        machine.recorder.stop()
        servers.all[0].kill()
        start_alone(machine)
        faults = refusal(machine) + end(machine)
        machine.front.stop()
        start_alone(machine)
        servers.all[0].start()
        nats.wait_for(lambda: JOINED in machine.recorder.log(), "it joins",
                      SECONDS)
        if machine.post(EVENT).status != 201:
            faults.append("POST is not 201")
        nats.wait_for(lambda: machine.readiness().status == 200,
                      "it is ready", SECONDS)
        all_.agree()
        if len(machine.recorded()) != 3:
            faults.append(f"{machine.recorded()!r}")
        tap.result("a recorder waits for servers, and goes on with them",
                   faults)


def one_server_of_three_is_none(tap):
    """As when a machine and its server are up before the others."""
    with nats.Servers(3) as servers, machines.Machines(servers, 1) as all_:
        machine = all_[0]
        machine.front.stop()
        machine.recorder.stop()
        for server in servers.all:
            server.kill()
        servers.all[0].start()
        start_alone(machine)
        faults = refusal(machine)
        for server in servers.all[1:]:
            server.start()
        nats.wait_for(lambda: JOINED in machine.recorder.log(), "it joins",
                      SECONDS)
        nats.wait_for(lambda: machine.post(EVENT, "late").status == 201,
                      "it takes events", SECONDS)
        tap.result("a recorder waits for most of the servers", faults)


def a_server_that_says_nothing_is_none(tap):
    with nats.Servers(1) as servers, machines.Machines(servers, 1) as all_, \
            socket.socket() as silent:
        machine = all_[0]
        machine.front.stop()
        machine.recorder.stop()
        silent.bind((nats.LOOPBACK, 0))
        silent.listen()
        url = f"nats://{nats.LOOPBACK}:{silent.getsockname()[1]}"
        start_alone(machine, APITRAIL_NATS_URL=url)
        tap.result("a server that says nothing is none",
                   refusal(machine) + end(machine))


def what_is_to_be_mended_is_said_later(tap):
    """As if it had been there at start."""
    server = nats.Server(more='authorization { user: a, password: "b" }')
    machine = machines.Machine(server.url)
    faults = []
    try:
        start_alone(machine)
        server.start()
        nats.wait_for(lambda: machine.recorder.process.poll() is not None,
                      "it ends", SECONDS)
        if machine.recorder.process.returncode == 0 or \
                "credentials" not in machine.recorder.log():
            faults.append(machine.recorder.log())
    finally:
        machine.close()
        server.close()
    tap.result("what is to be mended ends it also later on", faults)


def the_service_manager_knows(tap):
    """It would end a service that does not say that it is ready."""
    machine = machines.Machine(f"nats://127.0.0.1:{nats.free_port()}")
    path = machine.path("run", "notify")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            os.chmod(path, 0o777)
            manager.settimeout(SECONDS)
            start_alone(machine, NOTIFY_SOCKET=path)
            said = manager.recv(100)
        tap.result("a service manager is told that it is ready",
                   [] if said == b"READY=1" else [f"{said!r}"])
    finally:
        machine.close()


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        run((a_recorder_waits_for_servers,
             one_server_of_three_is_none,
             a_server_that_says_nothing_is_none,
             what_is_to_be_mended_is_said_later,
             the_service_manager_knows))
