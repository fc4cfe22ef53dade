#!/usr/bin/env python3
"""test_docs.py - the documents say what the programs do; prints TAP."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "servers"))
from tap import Tap

SOURCE = pathlib.Path(os.environ.get("top_srcdir", "."))
BUILD = pathlib.Path(os.environ.get("top_builddir", "."))
HELP_SECONDS_MAX = 20

PAGES = sorted(SOURCE.glob("man/*.[1-8]"))
TEXTS = sorted([*SOURCE.glob("*.md"), *SOURCE.glob("doc/**/*.md")])
VARIABLE = re.compile(r"\bAPITRAIL_[A-Z][A-Z_]*[A-Z]\b")
WORD = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
LONG_OPTION = re.compile(r"\bFl -([a-z][a-z-]*)")
# Names that no setting is, but that the programs read.
OTHER_VARIABLES = {"APITRAIL_CONF"}


def page(name):
    return (SOURCE / "man" / name).read_text(encoding="utf-8")


def rows(help_text, heading):
    """The first words of the indented lines below a heading of --help."""
    found = []
    is_below = False
    for line in help_text.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            is_below = line == heading
        elif is_below and re.match(r"  \S", line):
            found.append(re.split(r"  +", line.strip())[0])
    return found


def ask_help(program, *words):
    return subprocess.run(
        [BUILD / program, *words, "--help"], check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        encoding="utf-8", timeout=HELP_SECONDS_MAX).stdout


def option_names(help_text, heading):
    return {row.split()[0].lstrip("-") for row in rows(help_text, heading)
            if row.startswith("--")}


def subsections(text):
    """A page's text by the titles of its .Ss."""
    parts = re.split(r"^\.S([sh]) (.*)$", text, flags=re.MULTILINE)
    return {title: body for kind, title, body
            in zip(parts[1::3], parts[2::3], parts[3::3]) if kind == "s"}


def settings_described():
    """apitrail.conf.5's items, by the variable that each describes."""
    parts = re.split(r"^\.It Ev (APITRAIL_\w+)$|^\.El$",
                     page("apitrail.conf.5"), flags=re.MULTILINE)
    return {name: body for name, body in zip(parts[1::2], parts[2::2])
            if name and name not in OTHER_VARIABLES}


def settings_in_source():
    """Each setting's option, default and allowed values."""
    text = (SOURCE / "src/base/setting_rows.c").read_text(encoding="utf-8")
    text = re.sub(r'"\s*"', "", text)
    return {match[1]: match.groups()[1:] for match in re.finditer(
        r'\{ "(APITRAIL_\w+)", "([\w-]+)",\s*(?:LOCALSTATEDIR )?"([^"]*)",'
        r'\s*\w+,\s*"([^"]*)"', text)} | settings_without_default(text)


def settings_without_default(text):
    """Joining texts has eaten the empty defaults; they come first here."""
    return {match[1]: (match[2], "", match[3]) for match in re.finditer(
        r'\{ "(APITRAIL_\w+)", "([\w-]+)",\s*,\s*\w+,\s*"([^"]*)"', text)}


def difference(ours, theirs, in_ours, in_theirs):
    return ([f"{name} is in {in_ours}, not in {in_theirs}"
             for name in sorted(ours - theirs)] +
            [f"{name} is in {in_theirs}, not in {in_ours}"
             for name in sorted(theirs - ours)])


def test_every_command_has_a_section():
    commands = set(rows(ask_help("apitrail"), "Commands:"))
    sections = set(subsections(page("apitrail.1"))) - {
        "Options of every command"}
    return difference(commands, sections, "--help", "apitrail.1")


def test_every_option_of_a_command_is_in_its_section():
    wrong = []
    sections = subsections(page("apitrail.1"))
    for command in rows(ask_help("apitrail"), "Commands:"):
        options = option_names(ask_help("apitrail", *command.split()),
                               "Options:")
        told = set(LONG_OPTION.findall(sections.get(command, "")))
        wrong += difference(options, told, f"{command} --help",
                            f"its section: {command}")
    return wrong


def test_every_option_of_the_responder_is_in_its_page():
    responder = ask_help("apitrail.fcgi")
    settings = {row[0] for row in settings_in_source().values()}
    options = set(re.findall(r"^ +--([a-z][a-z-]*)", responder,
                             flags=re.MULTILINE)) - settings
    told = set(LONG_OPTION.findall(page("apitrail.fcgi.8"))) - settings
    return difference(options, told, "apitrail.fcgi --help",
                      "apitrail.fcgi.8")


def test_every_setting_is_an_option_of_both_programs():
    wrong = []
    options = {row[0] for row in settings_in_source().values()}
    for program in ("apitrail", "apitrail.fcgi"):
        text = ask_help(program)
        wrong += [f"--{name} is not in {program} --help"
                  for name in sorted(options) if f"--{name}" not in text]
    return wrong


def test_every_setting_is_in_the_manual_and_no_other():
    return difference(set(settings_in_source()), set(settings_described()),
                      "setting_rows.c", "apitrail.conf.5")


def test_defaults_and_bounds_are_those_of_the_source():
    wrong = []
    described = settings_described()
    for name, (_, initial, allowed) in settings_in_source().items():
        body = described.get(name, "")
        if initial.strip("/") not in body:
            wrong.append(f"{name}: the default {initial} is missing")
        wrong += [f"{name}: {number} of \"{allowed}\" is missing"
                  for number in re.findall(r"\b\d+\w*\b",
                                           allowed.split(", such as")[0])
                  if number not in body]
    return wrong


def test_statuses_have_the_titles_that_clients_see():
    table = (SOURCE / "src/api/problem.c").read_text(encoding="utf-8")
    titles = dict(re.findall(r'= \{ (\d+), "([^"]+)"', table))
    told = re.findall(r"^\.It (\d+) Ta ([^\n]+?) Ta",
                      page("apitrail-http.7"), flags=re.MULTILINE)
    return ([] if told else ["apitrail-http.7 has no table of statuses"]) + [
        f"{status} is \"{titles.get(status)}\", not \"{title}\""
        for status, title in told if titles.get(status) != title]


def test_texts_name_no_setting_that_does_not_exist():
    known = set(settings_in_source()) | OTHER_VARIABLES
    return [f"{path.name}: {name} is no setting" for path in PAGES + TEXTS
            for name in sorted(set(VARIABLE.findall(
                path.read_text(encoding="utf-8"))) - known)]


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def test_links_point_at_files():
    wrong = []
    for path in TEXTS:
        text = without_code(path.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                wrong.append(f"{path.name}: {target} does not exist")
    return wrong


def test_files_that_texts_name_exist():
    """Paths in back quotes, such as `src/store/events.c` or `api/answer.c`."""
    wrong = []
    for path in TEXTS:
        text = without_code(path.read_text(encoding="utf-8"))
        for name in re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.\w+)`", text):
            if name.startswith("/") or "*" in name:
                continue
            if not any((SOURCE / top / name).exists() for top in ("", "src")):
                wrong.append(f"{path.name}: {name} does not exist")
    return wrong


def test_names_that_texts_quote_exist():
    """Such as `store_event_scan`: functions, structs, types of events."""
    known = set()
    for path in [*SOURCE.glob("src/*/*.[ch]"), *SOURCE.glob("tests/*.py")]:
        known |= set(WORD.findall(path.read_text(encoding="utf-8")))
    return [f"{path.name}: {name} is nowhere in the sources"
            for path in TEXTS
            for name in re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`",
                                   path.read_text(encoding="utf-8"))
            if name not in known]


def test_nginx_sends_the_params_that_are_read():
    """All but fields of the request, which it passes on by itself, and what
    it has in another one: the path's end, and the scheme."""
    source = (SOURCE / "src/api/request.c").read_text(encoding="utf-8")
    read = {name for name in re.findall(r'"([A-Z][A-Z_]+)"', source)
            if not name.startswith("HTTP_")}
    sent = set(re.findall(
        r"^\s*fastcgi_param (?!HTTP_)(\w+)",
        (SOURCE / "contrib/nginx/apitrail.conf").read_text(encoding="utf-8"),
        flags=re.MULTILINE))
    return difference(sent, read - {"PATH_INFO", "REQUEST_SCHEME"},
                      "contrib/nginx", "the source")


def test_pages_refer_to_pages_that_exist():
    known = {path.name for path in PAGES}
    return [f"{path.name}: .Xr {name} {section}" for path in PAGES
            for name, section in re.findall(
                r"^\.Xr (apitrail\S*) (\d)",
                path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            if f"{name}.{section}" not in known]


def test_every_text_is_distributed():
    listed = "".join((SOURCE / name).read_text(encoding="utf-8")
                     for name in ("doc/local.mk", "man/local.mk"))
    return [f"{path.relative_to(SOURCE)} is in no local.mk"
            for path in TEXTS + PAGES
            if not re.search(rf"\s{re.escape(str(path.relative_to(SOURCE)))}\b",
                             listed)]


def test_mandoc_finds_nothing():
    if shutil.which("mandoc") is None:
        print("# mandoc is not installed: the pages were not read by it")
        return []
    with tempfile.TemporaryDirectory() as root:
        # Pages that refer to each other are looked for in MANPATH.
        for path in PAGES:
            folder = pathlib.Path(root) / f"man{path.suffix[1:]}"
            folder.mkdir(exist_ok=True)
            (folder / path.name).symlink_to(path.resolve())
        output = subprocess.run(
            ["mandoc", "-Tlint", "-Wstyle", *PAGES], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", env={**os.environ, "MANPATH": root}).stdout
    # There is no index of the pages, which mandoc mentions; none is needed.
    return [line for line in output.splitlines()
            if "outdated mandoc.db" not in line]


def main():
    tap = Tap()
    for name, run in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            wrong = run()
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            wrong = [f"{type(error).__name__}: {error}"]
        tap.result(name[len("test_"):].replace("_", " "), wrong)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
