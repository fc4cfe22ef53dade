#!/usr/bin/env python3
"""test_append.py - apitrail append: every kind of line and file."""
import json
import os
import subprocess
import sys
import time

from program import (DONE, EVENT, FAILED, REFUSED, USAGE, equal, expect,
                     run_all)

# A line, and words of what is said of it.
BAD_LINES = (
    (b"{", "JSON"),
    (b"nonsense", "JSON"),
    (b"[]", "object"),
    (b'{"type":"queue_added","type":"queue_added"}', "type"),
    (b'{"type":"queue_added","queue":{"id":"q","name":"\\ud800"}}', ""),
    (b'{"type":"queue_added","queue":{"id":"q","name":"\xff"}}', "UTF-8"),
    (b'{"type":"queue_added","queue":{"id":"q","name":"\xed\xa0\x80"}}',
     "UTF-8"),
    (b'{"type":"queue_added","queue":{"id":"q","name":"a\\u0000"}}', ""),
    (b'{"type":"queue_added","metadata":{"a":NaN}}', ""),
    (b"{'type':'queue_added'}", ""),
    (b'{"type":"Queue"}', "type"),
    (b'{"type":""}', "type"),
    (b'{}', "type"),
    (b'{"type":"queue_added","id":"x"}', "id"),
    (b'{"type":"queue_added","stored_at":1}', "stored_at"),
    (b'{"type":"queue_added","colour":"red"}', "colour"),
    (b'{"type":"queue_added","queue":{"id":"a b"}}', "queue.id"),
    (b'{"type":"queue_added","queue":{"name":"n"}}', "queue.id"),
    (b'{"type":"queue_added"}\x00', "NUL"),
    (b'{"type":"queue_added"} {"type":"queue_added"}', ""),
    (b'{"type":"queue_added","metadata":{"a":"' + b"x" * 5000 + b'"}}',
     "4096"),
    (b'{"type":"' + b"x" * 70000 + b'"}', "65536"),
    (b"[" * 60000, ""),
)


def names(program):
    return [event["queue"]["name"] for event in program.events()]


def line(name):
    return json.dumps({"type": "queue_added",
                       "queue": {"id": "q", "name": name}}).encode()


def test_events_of_a_file_are_recorded_in_order(program):
    program.with_org()
    path = program.write("events", b"".join(line(f"n{i}") + b"\n"
                                            for i in range(2500)))
    equal(program.must("append", "--org", "acme", path),
          b"recorded 2500 events\n")
    equal(names(program), [f"n{i}" for i in range(2500)])


def test_standard_input_is_read_by_default_and_as_a_dash(program):
    program.with_org()
    equal(program.must_json("append", "--org", "acme", stdin=EVENT),
          {"recorded": 1, "refused": 0})
    equal(program.must_json("append", "--org", "acme", "-", stdin=EVENT),
          {"recorded": 1, "refused": 0})
    equal(len(program.events()), 2)


def test_an_event_is_stamped_and_gets_the_organization_as_client(program):
    program.with_org()
    before_ms = int(time.time() * 1000)
    program.must("append", "--org", "acme", stdin=EVENT)
    event = program.events()[0]
    equal(event["client"], {"id": program.must_json("org", "show",
                                                    "acme")["id"]})
    equal(before_ms <= event["stored_at"] <= time.time() * 1000, True)
    equal(list(event), ["id", "type", "stored_at", "client", "queue"])


def test_line_endings_and_empty_lines_do_not_matter(program):
    program.with_org()
    for content, wanted in (
            (line("a") + b"\r\n" + line("b") + b"\r\n", 2),
            (line("a") + b"\n" + line("b"), 2),
            (line("a") + b"\r", 1),
            (b"\xef\xbb\xbf" + line("a") + b"\r\n", 1),
            (b"\n\r\n  \t\n" + line("a") + b"\n\n", 1)):
        for words in ((), ("--strict",)):
            equal(program.must_json("append", "--org", "acme", *words,
                                    stdin=content),
                  {"recorded": wanted, "refused": 0})


def test_nothing_to_record_is_no_error(program):
    program.with_org()
    empty = program.write("empty", b"")
    for words in ((empty,), ("-",), ("/dev/null",), ("--strict", empty)):
        equal(program.must("append", "--org", "acme", *words),
              b"recorded 0 events\n")


def test_bad_lines_are_named_and_the_good_ones_recorded(program):
    program.with_org()
    content = b""
    for bad, _ in BAD_LINES:
        content += bad + b"\n" + EVENT
    path = program.write("events", content)
    result = program.run("append", "--org", "acme", path, "--json")
    expect(result, REFUSED)
    equal(json.loads(result.stdout),
          {"recorded": len(BAD_LINES), "refused": len(BAD_LINES)})
    said = result.stderr.decode().splitlines()
    equal(len(said), len(BAD_LINES))
    for i, (bad, part) in enumerate(BAD_LINES):
        begin = f"{path}:{2 * i + 1}: "
        equal((bad[:50], said[i][:len(begin)]), (bad[:50], begin))
        equal((said[i], part in said[i]), (said[i], True))
    equal(len(program.events()), len(BAD_LINES))


def test_lines_of_standard_input_are_named_with_a_dash(program):
    program.with_org()
    expect(program.run("append", "--org", "acme", stdin=EVENT + b"{\n"),
           REFUSED, "-:2: ")


def test_strict_records_nothing_when_a_line_is_bad(program):
    program.with_org()
    content = EVENT * 3000 + b"{\n" + EVENT + b"[]\n"
    path = program.write("events", content)
    expect(program.run("append", "--org", "acme", "--strict", path),
           REFUSED, f"{path}:3001: ", f"{path}:3003: ")
    expect(program.run("append", "--org", "acme", "--strict",
                       stdin=content), REFUSED, "-:3001: ", "-:3003: ")
    equal(program.events(), [])


def test_strict_records_all_when_no_line_is_bad(program):
    program.with_org()
    path = program.write("events", EVENT * 3000)
    equal(program.must_json("append", "--org", "acme", "--strict", path),
          {"recorded": 3000, "refused": 0})
    equal(program.must_json("append", "--org", "acme", "--strict",
                            stdin=EVENT * 3000),
          {"recorded": 3000, "refused": 0})
    with open(path, "rb") as file:
        file.readline()
        os.lseek(file.fileno(), len(EVENT), os.SEEK_SET)
        equal(program.must_json("append", "--org", "acme", "--strict",
                                stdin_file=file)["recorded"], 2999)


def test_a_spooled_input_leaves_no_file_behind(program):
    program.with_org()
    before = sorted(os.listdir(program.folder))
    program.must("append", "--org", "acme", "--strict", stdin=EVENT)
    equal(sorted(os.listdir(program.folder)), before)


def test_rejects_are_kept_as_they_were(program):
    program.with_org()
    refused = (b'{"a": 1}\r\n', b"\x00\xff\n", b'{"x":"' + b"y" * 200000
               + b'"}\r\n', b" [1,\t2] \n", b'{"last')
    content = b"".join(EVENT + bad for bad in refused)
    path = program.write("rejects", b"of an earlier run")
    for words in ((), ("--strict",)):
        expect(program.run("append", "--org", "acme", "--rejects", path,
                           *words, stdin=content), REFUSED)
        equal(program.read("rejects"), b"".join(refused))
    equal(len(program.events()), len(refused))
    program.must("append", "--org", "acme", "--rejects", path, stdin=EVENT)
    equal(program.read("rejects"), b"")


def test_the_input_itself_is_no_file_for_rejects(program):
    program.with_org()
    path = program.write("events", EVENT)
    expect(program.run("append", "--org", "acme", path, "--rejects", path),
           FAILED, "is the input itself")
    equal(program.read("events"), EVENT)


def test_rejects_that_cannot_be_written_fail(program):
    program.with_org()
    expect(program.run("append", "--org", "acme", "--rejects", "/none/x",
                       stdin=EVENT), FAILED, "/none/x", "No such file")
    equal(program.events(), [])
    expect(program.run("append", "--org", "acme", "--rejects", "/dev/full",
                       stdin=EVENT + b"{\n"), FAILED, "/dev/full",
           "events recorded before that: 1")
    equal(len(program.events()), 1)


def test_files_that_are_no_files_are_named(program):
    program.with_org()
    for name, part in ((program.folder, "is a directory"),
                       (program.path("none"), "No such file")):
        for command in ("append", "import"):
            expect(program.run(command, "--org", "acme", name), FAILED,
                   f"apitrail: {name}: ", part, stdout=b"")


def test_two_files_are_too_many(program):
    expect(program.run("append", "--org", "acme", "a", "b"), USAGE,
           "too many words")


def test_a_closed_standard_input_is_noticed(program):
    program.with_org()
    result = program.run("append", "--org", "acme", stdin_file=None,
                         preexec_fn=lambda: os.close(0))
    expect(result, FAILED, "Bad file descriptor")


def test_what_a_slow_writer_sent_is_recorded_without_waiting(program):
    program.with_org()
    with subprocess.Popen(
            [program.binary, "append", "--org", "acme"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=program.environment()) as child:
        child.stdin.write(EVENT * 3 + EVENT[:20])
        child.stdin.flush()
        until = time.monotonic() + 30
        while len(program.events()) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        equal(len(program.events()), 3)
        child.stdin.write(EVENT[20:])
        child.stdin.close()
        equal(child.stdout.read(), b"recorded 4 events\n")
        equal(child.wait(), DONE)
    equal(len(program.events()), 4)


def test_a_store_without_room_says_how_many_were_recorded(program):
    program.must("init", "--map-size", "2M")
    program.must("org", "add", "acme", "--map-size", "2M")
    name = b'"' + b"n" * 200 + b'"'
    content = (b'{"type":"queue_added","queue":{"id":"q","name":' + name
               + b"}}\n") * 20000
    result = program.run("append", "--org", "acme", "--map-size", "2M",
                         stdin=content)
    expect(result, FAILED, "full", "events recorded before that: ")
    count = int(result.stderr.split()[-1])
    equal(len(program.events("--map-size", "2M")), count)
    equal(0 < count < 20000, True)


def test_an_event_of_4096_bytes_is_the_largest(program):
    program.with_org()

    def event(pad):
        return json.dumps({"type": "queue_added", "client": {"id": "c1"},
                           "metadata": {"a": "x" * pad}},
                          separators=(",", ":")).encode() + b"\n"
    pad = 4096 - len(event(0)) + 1
    equal(program.must_json("append", "--org", "acme", stdin=event(pad)),
          {"recorded": 1, "refused": 0})
    expect(program.run("append", "--org", "acme", stdin=event(pad + 1)),
           REFUSED, "4096")


if __name__ == "__main__":
    run_all(sys.modules[__name__])
