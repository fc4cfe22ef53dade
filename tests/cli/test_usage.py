#!/usr/bin/env python3
"""test_usage.py - words, options, settings and --help of the program."""
import os
import re
import sys

from program import DONE, FAILED, TOP, USAGE, equal, expect, run_all

HELP_COLUMNS_MAX = 80
WRONG_WORDS = (
    (("frobnicate",), 'unknown command "frobnicate"'),
    (("org",), "org: a command is missing"),
    (("org", "frobnicate"), 'unknown command "frobnicate" of org'),
    (("init", "--frobnicate"), "unknown or ambiguous option --frobnicate"),
    (("--frobnicate", "init"), "unknown or ambiguous option --frobnicate"),
    (("init", "-x"), "unknown option -x"),
    (("init", "word"), "too many words"),
    (("org", "add"), "NAME is missing"),
    (("org", "add", "a", "b"), "too many words"),
    (("org", "add", "a/b"), "expected 1 to 64 of"),
    (("org", "add", "x" * 65), "expected 1 to 64 of"),
    (("org", "add", ""), "expected 1 to 64 of"),
    (("org", "set", "a"), "nothing to change"),
    (("org", "set", "a", "--status", "gone"),
     "expected active, unpaid or locked"),
    (("key", "add", "--name", "n"), "--org is missing"),
    (("key", "add", "--org", "a"), "--name is missing"),
    (("key", "add", "--org"), "--org needs a value"),
    (("key", "list", "--org", "a", "--org", "b"), "--org is given twice"),
    (("key", "list", "--json=yes"), "--json takes no value"),
    (("append",), "--org is missing"),
    (("append", "--org", "a", "--limit", "1"), "option --limit"),
    (("request",), "[METHOD] TARGET is missing"),
    (("request", "/", "--json"), "option --json"),
    (("--store", "", "init"), "APITRAIL_STORE from --store"),
    (("init", "--map-size", "1"), "APITRAIL_MAP_SIZE from --map-size"),
    (("prune", "--retention", "25h"), "from 1s to 24h"),
)


def test_wrong_words_exit_2_and_say_what_is_wrong(program):
    for words, part in WRONG_WORDS:
        result = program.run(*words)
        expect(result, USAGE, "apitrail: ", part, stdout=b"")


def test_what_stands_behind_an_equals_sign_is_not_repeated(program):
    result = program.run("request", "/", "--kee-file=at_secret")
    expect(result, USAGE, "--kee-file")
    equal(b"at_secret" in result.stderr, False)


def test_the_usage_line_follows_a_wrong_word(program):
    expect(program.run("key", "add"), USAGE,
           "usage: apitrail key add --org NAME --name TEXT [--scope")
    expect(program.run("key", "bogus"), USAGE,
           "usage: apitrail key add", "       apitrail key revoke ID")


def test_help_of_the_program_lists_every_command(program):
    text = program.must("--help").decode()
    for command in ("init", "org add", "org set", "key add", "key revoke",
                    "append", "import", "events", "prune", "stat", "check",
                    "request"):
        equal(bool(re.search(rf"^  {command} ", text, re.M)), True)


def test_every_command_has_help(program):
    rows = re.findall(r"^  ((?:cluster|org|key) [a-z]+|[a-z]+) ",
                      program.must("--help").decode().split("\nOptions")[0],
                      re.M)
    for row in rows:
        for words in ((*row.split(), "--help"), ("--help", *row.split())):
            text = program.must(*words).decode()
            equal(text.startswith(f"usage: apitrail {row}"), True)
            equal("--store" in text, True)


def test_help_has_room_on_any_terminal(program):
    for words in ((), ("events",), ("key",), ("request",), ("import",)):
        text = program.must(*words, "--help").decode()
        equal([line for line in text.splitlines()
               if len(line) > HELP_COLUMNS_MAX], [])
    # An option and its argument stay together.
    equal("[--start-after-id ID]" in program.must(
        "events", "--help").decode(), True)


def test_the_manual_has_every_command_and_option(program):
    with open(os.path.join(TOP, "man", "apitrail.1"),
              encoding="utf-8") as file:
        manual = file.read().replace("\\-", "-")
    for line in program.must("--help").decode().splitlines():
        row = re.match(r"  ((?:cluster|org|key) [a-z]+|[a-z]+)  ", line)
        if row:
            equal((row[1], f"Ss {row[1]}" in manual), (row[1], True))
            usage = program.must(*row[1].split(), "--help").decode()
            for option in re.findall(r"--([a-z-]+)",
                                     usage.split("\n\n")[0]):
                equal((row[1], option, f"Fl -{option}" in manual),
                      (row[1], option, True))


def test_version_is_the_name_and_a_number(program):
    equal(bool(re.fullmatch(rb"apitrail \d+\.\d+\.\d+\n",
                            program.must("--version"))), True)


def test_settings_are_taken_before_and_after_the_command(program):
    elsewhere = program.path("elsewhere")
    for words in (("--store", elsewhere, "init"),
                  ("init", "--store", elsewhere),
                  ("init", f"--store={elsewhere}"),
                  ("org", "--store", elsewhere, "list"),
                  ("--json", "org", "list", "--store", elsewhere)):
        program.must(*words)
    equal(os.path.exists(program.store), False)


def test_an_option_wins_over_the_environment_and_that_over_the_file(program):
    conf = program.write("conf", b"# a comment\nAPITRAIL_STORE = "
                         + program.path("of_file").encode() + b"\n")
    variables = {"APITRAIL_CONF": conf}
    equal(program.must_json("init", variables=variables)["store"],
          program.store)
    equal(program.must_json("init", "--store", program.path("of_option"),
                            variables=variables)["store"],
          program.path("of_option"))
    variables["APITRAIL_STORE"] = program.path("of_environment")
    equal(program.must_json("init", variables=variables)["store"],
          program.path("of_environment"))


def test_a_bad_setting_is_refused_with_its_source(program):
    conf = program.write("conf", b"\nAPITRAIL_RETENTION=soon\n")
    expect(program.run("init", variables={"APITRAIL_CONF": conf}), USAGE,
           "APITRAIL_RETENTION", f"{conf}:2", '"soon"', "24h")
    expect(program.run("init", variables={"APITRAIL_MAP_SIZE": "much"}),
           USAGE, "APITRAIL_MAP_SIZE", "the environment", '"much"')


def test_a_missing_conf_file_that_was_named_is_an_error(program):
    expect(program.run("init", variables={"APITRAIL_CONF": "/nowhere"}),
           USAGE, "/nowhere")


def test_a_word_behind_two_dashes_is_no_option(program):
    program.with_org()
    expect(program.run("key", "show", "--", "--json"), FAILED,
           'no API key has the id "--json"')
    expect(program.run("org", "show", "--", "acme"), DONE)


if __name__ == "__main__":
    run_all(sys.modules[__name__])
