#!/usr/bin/env python3
"""test_machines.py - three machines answer as one.

What is posted, appended, imported or changed on one of them is read, byte for
byte, from the others.
"""
import json
import threading
import time

import machines
import nats
from machines import EVENT
from tap import run

REVOKED_SECONDS = 1
ERASE_SECONDS = 10
RACERS = 3
SHARED = []


def start():
    servers = nats.Servers().__enter__()
    SHARED.append(servers)
    SHARED.append(machines.Machines(servers).__enter__())


def stop():
    while SHARED:
        SHARED.pop().__exit__()


def equal(got, wanted):
    return [] if got == wanted else [f"{got!r} is not {wanted!r}"]


def types_of(machine, name):
    """Types of the events that speak of the key or organization."""
    return [event["type"] for event in machine.recorded()
            if name in json.dumps(event)]


def keys_of(machine):
    """What all machines have to know of them; uses are each one's own."""
    keys = json.loads(machine.cli("key", "list", "--json"))
    return json.dumps([{**key, "last_used_at": None} for key in keys])


def one_window(all_of_them, key="acme"):
    windows = all_of_them.windows(key)
    return [] if len(windows) == 1 else [f"windows differ: {windows!r}"]


def a_post_is_read_from_all(tap, all_of_them):
    faults = []
    for machine in all_of_them:
        answer = machine.post(EVENT)
        faults += equal(answer.status, 201)
        made = json.dumps(json.loads(answer.body)["event"],
                          separators=(",", ":")).encode()
        all_of_them.agree()
        faults += [f"{made!r} is not last" for other in all_of_them
                   if other.window().splitlines()[-1] != made]
    tap.result("a post is read from all machines, byte for byte",
               faults + one_window(all_of_them))


def a_batch_is_read_from_all(tap, all_of_them):
    body = [{**EVENT, "metadata": {"n": str(n)}} for n in range(1000)]
    answer = all_of_them[1].post(body)
    faults = equal(answer.status, 201)
    faults += one_window(all_of_them)
    lines = all_of_them[2].window().splitlines()[-1000:]
    faults += equal([json.loads(line)["metadata"]["n"] for line in lines],
                    [str(n) for n in range(1000)])
    ids = {json.loads(line)["id"] for line in lines}
    tap.result("a thousand events keep their order on all machines",
               faults + equal(len(ids), 1000))


def a_cursor_goes_on_elsewhere(tap, all_of_them):
    machine = 0
    target, seen = "/v1/events?limit=333", []
    while target is not None:
        page = json.loads(all_of_them[machine].ask(target).body)
        seen += page["events"]
        target = page["_links"].get("next", {}).get("href")
        target = target and "/v1/events?" + target.partition("?")[2]
        machine = (machine + 1) % len(all_of_them.all)
    tap.result("a cursor goes on at another machine", equal(
        seen, all_of_them[0].recorded()))


def a_repeat_elsewhere_gets_the_first_answer(tap, all_of_them):
    first = all_of_them[0].post(EVENT, "repeated")
    faults = equal((first.status, first.field("Idempotent-Replayed")),
                   (201, None))
    for machine in all_of_them:
        again = machine.post(EVENT, "repeated")
        faults += equal((again.status, again.field("Idempotent-Replayed"),
                         again.body), (201, "true", first.body))
        other = machine.post({"type": "queue_deleted"}, "repeated")
        faults += equal(other.status, 422)
    tap.result("a repeat on another machine gets the first answer, and "
               "another body 422", faults + one_window(all_of_them))


def race(all_of_them, bodies, key):
    """Posts on all machines at once; returns their answers."""
    answers = [None] * len(bodies)
    barrier = threading.Barrier(len(bodies))

    def post(index):
        barrier.wait()
        answers[index] = all_of_them[index].post(bodies[index], key)

    threads = [threading.Thread(target=post, args=(index,))
               for index in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def who_race_record_once(tap, all_of_them):
    faults = []
    before = len(all_of_them[0].recorded())
    for turn in range(20):
        answers = race(all_of_them, [EVENT] * RACERS, f"race-{turn}")
        faults += equal([answer.status for answer in answers], [201] * RACERS)
        faults += equal(len({answer.body for answer in answers}), 1)
        faults += equal(sorted(str(answer.field("Idempotent-Replayed"))
                               for answer in answers),
                        ["None", "true", "true"])
    faults += one_window(all_of_them)
    faults += equal(len(all_of_them[0].recorded()), before + 20)
    tap.result("of three that race, one records and all answer the same",
               faults)


def who_race_with_other_bodies_are_refused(tap, all_of_them):
    faults = []
    for turn in range(10):
        answers = race(all_of_them, [{"type": f"queue_{word}"} for word in
                                     ("added", "updated", "deleted")],
                       f"bodies-{turn}")
        faults += equal(sorted(answer.status for answer in answers),
                        [201, 422, 422])
    tap.result("of three that race with other bodies, two are refused",
               faults + one_window(all_of_them))


def dead_within(all_of_them, label, begin):
    """Waits until the key is good nowhere; returns what is wrong."""
    seconds = nats.wait_for(
        lambda: {machine.ask("/v1/events?limit=1", key=label).status
                 for machine in all_of_them} == {401}, f"{label} is dead")
    took = time.monotonic() - begin
    return [] if seconds <= REVOKED_SECONDS else [
        f"dead {seconds:.1f} s after, {took:.1f} s in all"]


def keys_live_and_die_everywhere(tap, all_of_them):
    faults = []
    key = all_of_them.add_key("changing", at=1)
    all_of_them.agree()
    for machine in all_of_them:
        faults += equal(machine.ask(key="changing").status, 200)
    begin = time.monotonic()
    all_of_them[0].cli("key", "disable", key)
    faults += dead_within(all_of_them, "changing", begin)
    all_of_them[2].cli("key", "enable", key)
    all_of_them.agree()
    faults += equal(all_of_them[0].ask(key="changing").status, 200)
    all_of_them[1].cli("key", "set", key, "--rate", "60000")
    all_of_them.agree()
    faults += equal(all_of_them[2].ask(
        key="changing").field("X-RateLimit-Limit"), "60000")
    all_of_them[2].cli("key", "set", key, "--rate", "60000")
    begin = time.monotonic()
    all_of_them[1].cli("key", "revoke", key)
    faults += dead_within(all_of_them, "changing", begin)
    wanted = ["api_key_added", "api_key_updated", "api_key_updated",
              "api_key_updated", "api_key_deleted"]
    for machine in all_of_them:
        faults += equal(types_of(machine, key), wanted)
        faults += equal(key in machine.cli("key", "list"), False)
    tap.result("a key lives and dies on all machines, with one event a "
               "change", faults + one_window(all_of_them))


def keys_are_rotated_everywhere(tap, all_of_them):
    key = all_of_them.add_key("rotated")
    made = json.loads(all_of_them[1].cli("key", "rotate", key, "--overlap",
                                         "0s", "--json"))
    all_of_them[0].keys["new"] = made["key"]
    faults = dead_within(all_of_them, "rotated", time.monotonic())
    all_of_them.agree()
    for machine in all_of_them:
        faults += equal(machine.ask(key="new").status, 200)
        faults += equal(types_of(machine, made["id"]), ["api_key_added"])
    tap.result("a key is rotated on all machines", faults
               + one_window(all_of_them))


def organizations_change_everywhere(tap, all_of_them):
    faults = []
    all_of_them[1].cli("org", "add", "globex")
    all_of_them.add_key("globex", "globex", at=2)
    all_of_them.agree()
    for machine in all_of_them:
        faults += equal(machine.ask(key="globex").status, 200)
    for name, status, code in (("globex", "locked", 423),
                               ("globex", "unpaid", 402),
                               ("globex", "active", 200)):
        all_of_them[2].cli("org", "set", name, "--status", status)
        all_of_them.agree()
        faults += equal({machine.ask(key="globex").status
                         for machine in all_of_them}, {code})
    all_of_them[0].cli("org", "set", "globex", "--name", "initech")
    all_of_them.agree()
    taken = all_of_them[1].try_cli("org", "add", "initech")
    faults += equal((taken.returncode, b"initech already" in taken.stderr),
                    (1, True))
    all_of_them[1].cli("org", "add", "globex")
    all_of_them.agree()
    shown = {machine.cli("org", "list", "--json") for machine in all_of_them}
    faults += equal(len(shown), 1)
    faults += one_window(all_of_them, "globex")
    faults += equal([event["type"] for event in
                     all_of_them[0].recorded("globex")],
                    ["api_key_added"] + 4 * ["organization_updated"])
    all_of_them[1].cli("org", "remove", "initech", "--yes")
    faults += dead_within(all_of_them, "globex", time.monotonic())
    # Its name is free at once, where it is not erased yet as well.
    all_of_them[1].cli("org", "add", "initech")
    for at, machine in enumerate(all_of_them):
        all_of_them.add_key(f"again-{at}", "initech", at=at)
        all_of_them.agree()
        faults += equal(len(machine.recorded(f"again-{at}")), at + 1)
    tap.result("organizations change on all machines", faults)


def what_was_removed_is_erased(tap, all_of_them):
    """A recorder looks for it every ten seconds."""
    nats.wait_for(lambda: len({
        machine.cli("org", "list", "--json") for machine in all_of_them}) == 1
        and "removing" not in all_of_them[0].cli("org", "list"),
        "all is erased", 2 * ERASE_SECONDS)
    tap.result("what was removed is erased on all machines", equal(
        len({keys_of(machine) for machine in all_of_them}), 1))


def appended_and_imported_is_read_from_all(tap, all_of_them):
    lines = "".join(json.dumps({**EVENT, "metadata": {"n": str(n)}}) + "\n"
                    for n in range(2500)).encode()
    faults = []
    before = len(all_of_them[0].recorded())
    all_of_them[0].cli("append", "--org", "acme", data=lines)
    faults += one_window(all_of_them)
    faults += equal(len(all_of_them[1].recorded()), before + 2500)
    # The same lines on another machine, and on none.
    now = int(time.time() * 1000)
    lines = "".join(json.dumps({**EVENT, "id": f"imported{n:013d}",
                                "stored_at": now - 3600_000 + n,
                                "client": {"id": "c"}}) + "\n"
                    for n in range(500)).encode()
    for machine in all_of_them:
        machine.cli("import", "--org", "acme", data=lines)
    faults += one_window(all_of_them)
    faults += equal(sum("imported" in event["id"]
                        for event in all_of_them[2].recorded()), 500)
    tap.result("what was appended and imported is read from all", faults)


def a_command_needs_no_recorder(tap, all_of_them):
    machine = all_of_them[1]
    before = len(machine.recorded())
    machine.recorder.stop()
    faults = []
    begin = time.monotonic()
    machine.cli("append", "--org", "acme",
                data=json.dumps(EVENT).encode() + b"\n")
    took = time.monotonic() - begin
    faults += equal(len(machine.recorded()), before + 1)
    key = all_of_them.add_key("alone", at=1)
    faults += equal(types_of(machine, key), ["api_key_added"])
    machine.cli("key", "revoke", key)
    faults += equal(machine.ask(key="alone").status, 401)
    machine.record()
    if took > 3:
        faults.append(f"append took {took:.1f} s")
    tap.result("a command needs no recorder", faults
               + one_window(all_of_them))


def a_machine_joins_later(tap, all_of_them):
    """Of organizations and keys that are gone, it learns only that."""
    for name in ("gone-1", "gone-2", "gone-3", "gone-4"):
        all_of_them[0].cli("org", "add", name)
        all_of_them.add_key(name, name)
    for name in ("gone-1", "gone-2", "gone-3", "gone-4"):
        all_of_them[1].cli("org", "remove", name, "--yes")
    all_of_them.add().start()
    tap.result("a machine that joins later has what the others have",
               one_window(all_of_them))


def a_machine_begins_as_a_backup(tap, all_of_them):
    folder = all_of_them[0].path("run", "backup")
    all_of_them[0].cli("backup", folder)
    all_of_them[1].post(EVENT)
    machine = all_of_them.add()
    machine.cli("restore", folder, "--yes")
    machine.start()
    tap.result("a machine begins as a backup of another",
               one_window(all_of_them))


def names_move_while_a_machine_is_away(tap, all_of_them):
    away = all_of_them[2]
    for name in ("one", "two"):
        all_of_them[0].cli("org", "add", name)
    all_of_them.agree()
    away.recorder.stop()
    for old, new in (("one", "moving"), ("two", "one"), ("moving", "two")):
        all_of_them[1].cli("org", "set", old, "--name", new)
    away.record()
    all_of_them.agree()
    # What an earlier test removed is erased by each machine in its time.
    nats.wait_for(lambda: len({machine.cli("org", "list", "--json")
                               for machine in all_of_them}) == 1,
                  "all machines list the same organizations")
    tap.result("names move between organizations while a machine is away",
               equal({row["name"] for row in json.loads(
                   away.cli("org", "list", "--json"))} >= {"one", "two"},
                   True))


def nothing_is_said_twice_of_what_is_old(tap, all_of_them):
    """The log may have forgotten the last change's event by then."""
    key = all_of_them.add_key("old")
    all_of_them.agree()
    with all_of_them.servers.client() as client:
        client.subscribe("apitrail.events.>")
        client.request("$JS.API.INFO")
        done = all_of_them[0].try_cli(
            "key", "set", key, "--name", "renamed",
            prefix=("env", f"LD_PRELOAD={all_of_them[0].clock}",
                    f"TEST_CLOCK_MOVED_S={30 * 3600}"))
        subjects = []
        while (message := client.next(0.5)) is not None:
            subjects.append(message[0])
    tap.result("nothing is said twice of what is old", equal(
        (done.returncode, len(set(subjects))), (0, 1)))


TESTS = (
    a_post_is_read_from_all,
    a_batch_is_read_from_all,
    a_cursor_goes_on_elsewhere,
    a_repeat_elsewhere_gets_the_first_answer,
    who_race_record_once,
    who_race_with_other_bodies_are_refused,
    keys_live_and_die_everywhere,
    keys_are_rotated_everywhere,
    organizations_change_everywhere,
    appended_and_imported_is_read_from_all,
    a_command_needs_no_recorder,
    names_move_while_a_machine_is_away,
    nothing_is_said_twice_of_what_is_old,
    a_machine_joins_later,
    a_machine_begins_as_a_backup,
    what_was_removed_is_erased,
)


def bound(test):
    def with_machines(tap):
        test(tap, SHARED[1])
    with_machines.__name__ = test.__name__
    return with_machines


if __name__ == "__main__":
    if not nats.is_there():
        print("1..0 # SKIP there is no nats-server")
    else:
        start()
        try:
            run([bound(test) for test in TESTS])
        finally:
            stop()
