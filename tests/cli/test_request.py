#!/usr/bin/env python3
"""test_request.py - apitrail request: an answer without a web server."""
import json
import os
import shutil
import sys

from program import (BUILD, DONE, EVENT, FAILED, USAGE, equal, expect,
                     run_all)

# Stands in for the responder: tells what it was given, as its body.
ECHO = b"""#!%s
import json, os, sys
text = json.dumps({"variables": dict(os.environ), "arguments": sys.argv,
                   "stdin": sys.stdin.read()})
sys.stdout.write("Status: 201 Created\\r\\nContent-Type: text/plain\\r\\n\\r\\n")
sys.stdout.write(text)
"""


def with_responder(program, script):
    """Puts a copy of the program beside a responder of our own."""
    os.mkdir(program.path("bin"))
    program.binary = shutil.copy(program.binary, program.path("bin"))
    path = program.write("bin/apitrail.fcgi", script)
    os.chmod(path, 0o755)
    return program


def echo(program, *words, **more):
    """What the responder was given."""
    if not os.path.exists(program.path("bin")):
        with_responder(program, ECHO % sys.executable.encode())
    text = program.must("request", *words, **more).decode()
    head, _, body = text.partition("\n\n")
    equal(head, "HTTP/1.1 201 Created\nContent-Type: text/plain")
    return json.loads(body)


def test_a_page_is_shown_as_a_client_sees_it(program):
    program.with_org()
    program.must("append", "--org", "acme", stdin=EVENT)
    key = program.must("key", "add", "--org", "acme", "--name", "n")
    path = program.write("key", key)
    for words, more in ((("--key-file", path), {}),
                        (("--key-file", "-"), {"stdin": key})):
        text = program.must("request", "GET", "/v1/events?limit=5", *words,
                            **more).decode()
        head, _, body = text.partition("\n\n")
        equal(head.splitlines()[0], "HTTP/1.1 200 OK")
        equal("Status:" in head, False)
        equal(json.loads(body)["events"], program.events())
    text = program.must("request", "/v1/events", "--key-file", path,
                        "--header", "Accept: application/x-ndjson").decode()
    equal([json.loads(line)
           for line in text.partition("\n\n")[2].splitlines()],
          program.events())


def test_an_answer_is_success_unless_fail_is_given(program):
    program.with_org()
    result = program.run("request", "/v1/events")
    expect(result, DONE)
    equal(result.stdout.startswith(b"HTTP/1.1 401 Unauthorized\n"), True)
    result = program.run("request", "--fail", "/v1/events")
    expect(result, FAILED)
    equal(result.stdout.startswith(b"HTTP/1.1 401 Unauthorized\n"), True)
    expect(program.run("request", "--fail", "OPTIONS", "/v1/events"), DONE)


def test_an_option_for_the_store_reaches_the_responder(program):
    program.with_org()
    other = ("--store", program.path("other"))
    program.must("init", *other)
    program.must("org", "add", "acme", *other)
    path = program.write("key", program.must(
        "key", "add", "--org", "acme", "--name", "n", *other))
    for words, status in ((other, b"200"), ((), b"401")):
        text = program.must("request", "/events", "--key-file", path, *words)
        equal(text.split()[1], status)


def test_the_environment_is_that_of_a_web_server(program):
    got = echo(program, "/v1/ev%65nts?limit=1&x=%20",
               "--header", "Accept: text/csv", "--header", "X-Test: a",
               "--header", "x-test:b", "--header", "Host: example.com:81",
               variables={"HTTP_PROXY": "evil", "LISTEN_FDS": "1",
                          "REQUEST_METHOD": "PUT", "HTTPS": "on",
                          "KEPT": "yes"})["variables"]
    for name, value in {
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "/v1/events", "PATH_INFO": "",
            "QUERY_STRING": "limit=1&x=%20", "SERVER_PROTOCOL": "HTTP/1.1",
            "REQUEST_URI": "/v1/ev%65nts?limit=1&x=%20",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_ACCEPT": "text/csv",
            "HTTP_X_TEST": "a, b", "HTTP_HOST": "example.com:81",
            "KEPT": "yes"}.items():
        equal((name, got.get(name)), (name, value))
    for name in ("HTTP_PROXY", "LISTEN_FDS", "HTTPS", "HTTP_X_API_KEY"):
        equal((name, name in got), (name, False))


def test_the_key_goes_by_the_environment_alone(program):
    path = program.write("key", b"at_secret\r\nnot this\n")
    got = echo(program, "/", "--key-file", path)
    equal(got["variables"]["HTTP_X_API_KEY"], "at_secret")
    equal(got["arguments"][1:], [])


def test_a_body_is_sent_with_its_length_and_type(program):
    body = b'{"a": 1}\n' * 1000
    path = program.write("body", body)
    for words, more in ((("--data", path), {}),
                        (("--data", "-"), {"stdin": body})):
        got = echo(program, "/", *words, **more)
        equal(got["stdin"].encode(), body)
        variables = got["variables"]
        equal((variables["REQUEST_METHOD"], variables["CONTENT_LENGTH"],
               variables["CONTENT_TYPE"]),
              ("POST", str(len(body)), "application/json"))
    got = echo(program, "PUT", "/", "--data", path, "--header",
               "Content-Type: text/plain")["variables"]
    equal((got["REQUEST_METHOD"], got["CONTENT_TYPE"]),
          ("PUT", "text/plain"))


def test_an_api_key_on_the_command_line_is_refused(program):
    for name in ("X-API-KEY", "x-api-key", "X_API_KEY", "X-Api_Key"):
        for text in (f"{name}: at_secret", f"{name}:at_secret"):
            result = program.run("request", "/", "--header", text)
            expect(result, USAGE, "--key-file", stdout=b"")
            equal(b"at_secret" in result.stderr, False)


def test_wrong_words_are_refused(program):
    for words, part in (
            (("events",), "TARGET: expected a path"),
            (("/a b",), "TARGET: expected a path"),
            (("/a#b",), "TARGET: expected a path"),
            (("/a%",), "two hexadecimal digits"),
            (("/a%0",), "two hexadecimal digits"),
            (("/a%00",), "two hexadecimal digits"),
            (("/a%zz",), "two hexadecimal digits"),
            (("G ET", "/"), "METHOD: expected"),
            (("", "/"), "METHOD: expected"),
            (("/", "--header", "nonsense"), "'Name: value'"),
            (("/", "--header", ": x"), "'Name: value'"),
            (("/", "--header", "A b: x"), "'Name: value'"),
            (("/", "--header", "A: x\ny"), "control characters"),
            (("/", "--data", "-", "--key-file", "-"), "standard input")):
        expect(program.run("request", *words), USAGE, part, stdout=b"")


def test_files_that_are_not_there_are_named(program):
    for option in ("--key-file", "--data"):
        expect(program.run("request", "/", option, "/none"), FAILED,
               "/none: No such file")
        expect(program.run("request", "/", option, program.folder), FAILED,
               "is a directory")
    expect(program.run("request", "/", "--key-file", "/dev/null"), FAILED,
           "expected an API key")


def test_a_responder_that_does_not_answer_is_an_error(program):
    with_responder(program, b"#!/bin/sh\nkill -9 $$\n")
    expect(program.run("request", "/"), FAILED, "without an answer")
    for script, part in (
            (b"#!/bin/sh\necho nonsense\n", "without an answer"),
            (b"#!/bin/sh\nprintf 'Status: abc\\n\\n'\n", "gave no status"),
            (b"#!/bin/sh\nprintf 'Status: 200 OK\\n\\nhalf'; exit 1\n",
             "ended with status 1"),
            (b"#!/bin/sh\nprintf 'Status: 200 OK\\n\\nhalf'; kill -9 $$\n",
             "signal 9"),
            (b"#!/bin/sh\nhead -c 100000 /dev/zero\n", "header is over")):
        program.write("bin/apitrail.fcgi", script)
        expect(program.run("request", "/"), FAILED, part)


def test_the_responder_is_the_one_beside_the_program(program):
    equal(os.path.exists(os.path.join(BUILD, "apitrail.fcgi")), True)
    with_responder(program, b"#!/bin/sh\nprintf 'A: b\\n\\nmine'\n")
    equal(program.must("request", "/"), b"HTTP/1.1 200 OK\nA: b\n\nmine")


if __name__ == "__main__":
    run_all(sys.modules[__name__])
