"""By which door requests come in, and how each is refused."""
import stat

from fastcgi import *


def call(arguments=(), variables=None, stdin=subprocess.DEVNULL, **named):
    environment = {"PATH": os.environ["PATH"], "APITRAIL_CONF": "/dev/null"}
    environment.update(variables or {})
    return subprocess.run([STUB, *arguments], env=environment, stdin=stdin,
                          capture_output=True, timeout=PATIENCE, **named)


def cgi(path, method="GET", **more):
    return {"REQUEST_METHOD": method, "SCRIPT_NAME": path,
            "GATEWAY_INTERFACE": "CGI/1.1", **more}


@test
def help_and_version_are_told():
    said = call(["--help"])
    assert said.returncode == 0
    for word in (b"--listen", b"--store", b"APITRAIL_TIMEOUT"):
        assert word in said.stdout, word
    said = call(["--version"])
    assert (said.returncode, said.stdout[:14]) == (0, b"apitrail.fcgi ")


@test
def without_any_door_the_usage_is_told():
    said = call()
    assert said.returncode == 2
    assert b"--help" in said.stderr and said.stdout == b""


@test
def wrong_options_and_settings_are_refused_by_name():
    for arguments, variables, word in (
            (["--nonsense"], {}, b"--nonsense"),
            (["--listen"], {}, b"--listen"),
            (["word"], {}, b"word"),
            (["--threads", "0"], {}, b"--threads"),
            ([], {"APITRAIL_THREADS": "many"}, b"APITRAIL_THREADS"),
            ([], {"APITRAIL_CONF": "/nonexistent"}, b"/nonexistent")):
        said = call(arguments, variables)
        assert said.returncode == 2, (arguments, said)
        assert word in said.stderr, said


@test
def cgi_answers_one_request():
    for path, size in (("/0", 0), ("/250", 250), ("/3000000", 3000000),
                       ("/export/1000000", 1000000)):
        said = call(variables=cgi(path))
        assert said.returncode == 0, said.stderr
        assert said.stdout.startswith(b"Status: 200 ")
        assert said.stdout.partition(b"\r\n\r\n")[2] == pattern(size)


@test
def cgi_reads_a_body_up_to_its_length_and_its_bound():
    for length, sent in (("0", b""), ("5", b"hello"), ("5", b"hello, more"),
                         ("", b"x"), ("nonsense", b"x"), ("-1", b"x"),
                         ("100", b"short"), ("5000000", b"x" * 1000000)):
        said = subprocess.run(
            [STUB], env=cgi("/7", CONTENT_LENGTH=length,
                            APITRAIL_CONF="/dev/null"),
            input=sent, capture_output=True, timeout=PATIENCE)
        assert said.stdout.endswith(pattern(7)), (length, said)


@test
def cgi_does_not_wait_for_a_body_for_ever():
    reading, writing = os.pipe()
    said = call(variables=cgi("/7", CONTENT_LENGTH="10",
                              APITRAIL_TIMEOUT="200ms"), stdin=reading)
    assert said.stdout.endswith(pattern(7))
    os.close(reading)
    os.close(writing)


@test
def a_crash_under_cgi_is_answered_500():
    said = call(variables=cgi("/crash", HTTP_X_REQUEST_ID="mine"))
    assert said.returncode == 1, said
    head, _, body = said.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"Status: 500 ")
    assert b"X-Request-Id: mine" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert b'"status":500' in body
    said = call(variables=cgi("/crash", "HEAD"))
    assert said.returncode == 1
    assert said.stdout.partition(b"\r\n\r\n")[2] == b""


@test
def an_export_that_fails_under_cgi_ends_in_failure():
    said = call(variables=cgi("/failing"))
    assert said.returncode == 1
    assert said.stdout.startswith(b"Status: 200 ")


@test
def a_server_that_goes_away_under_cgi_is_no_crash():
    reading, writing = os.pipe()
    os.close(reading)
    environment = dict(os.environ, APITRAIL_CONF="/dev/null",
                       **cgi("/export/10000000"))
    process = subprocess.Popen([STUB], env=environment, stdout=writing,
                               stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    os.close(writing)
    assert process.wait(PATIENCE) == 1


@test
def the_words_of_a_query_are_no_options():
    for query, arguments in (("--help", ["--help"]),
                             ("--store+/tmp", ["--store", "/tmp"]),
                             ("%2D-version", ["--version"]),
                             ("pretty", ["pretty"]),
                             ("a+b", ["a", "b"])):
        said = call(arguments, cgi("/query", QUERY_STRING=query))
        assert said.returncode == 0, said
        assert said.stdout.endswith(b"\r\n\r\n" + query.encode()), said


@test
def a_wrapper_may_give_options_to_cgi():
    for query in ("", "limit=1-2"):
        said = call(["--threads", "nonsense"],
                    cgi("/query", QUERY_STRING=query))
        assert said.returncode == 2


@test
def a_listening_socket_may_be_standard_input():
    with tempfile.TemporaryDirectory() as folder:
        for family, address in ((socket.AF_UNIX, folder + "/socket"),
                                (socket.AF_INET, ("127.0.0.1", 0))):
            with socket.socket(family) as listening:
                listening.bind(address)
                listening.listen()
                with Responder(listen=False, stdin=listening) as responder:
                    with socket.socket(family) as client:
                        client.connect(listening.getsockname())
                        client.sendall(get("/300"))
                        answer = client.recv(1000)
                    assert pattern(300) in answer
                    assert responder.stop()[1] == 0


@test
def standard_input_that_does_not_listen_is_cgi():
    ours, theirs = socket.socketpair()
    said = call(variables=cgi("/7"), stdin=theirs)
    assert said.stdout.endswith(pattern(7)), said
    ours.close()
    theirs.close()


def start_as_systemd(folder, count, listening=True):
    """Starts it with a socket as fd 3; the path of that lies in folder."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(folder + "/socket")
        if listening:
            server.listen()
        script = (f"LISTEN_FDS={count} LISTEN_PID=$$ "
                  f"exec \"$0\" 3<&{server.fileno()}")
        return subprocess.Popen(
            ["sh", "-c", script, STUB], stdin=subprocess.DEVNULL,
            env=dict(os.environ, APITRAIL_CONF="/dev/null"),
            stderr=subprocess.PIPE, pass_fds=[server.fileno()])


@test
def systemd_may_pass_one_socket():
    with tempfile.TemporaryDirectory() as folder:
        process = start_as_systemd(folder, 1)
        with Peer(folder + "/socket") as peer:
            assert peer.ask("/60").body == pattern(60)
        process.terminate()
        said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said


@test
def other_than_one_listening_socket_is_refused():
    for count, listening in (("2", True), ("0", True), ("x", True),
                             ("''", True), ("1", False)):
        with tempfile.TemporaryDirectory() as folder:
            process = start_as_systemd(folder, count, listening)
            said = process.communicate(timeout=PATIENCE)[1]
            assert process.returncode == 2, (count, said)
            assert b"LISTEN_FDS" in said, (count, said)


@test
def sockets_that_were_passed_to_another_process_do_not_count():
    said = call(variables=cgi("/7", LISTEN_FDS="2", LISTEN_PID="1"))
    assert said.stdout.endswith(pattern(7)), said


@test
def its_own_socket_is_for_owner_and_group_and_is_removed():
    with Responder() as responder:
        mode = os.stat(responder.path).st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660
        responder.stop()
        assert not os.path.exists(responder.path)


@test
def a_stale_socket_is_replaced_but_nothing_else():
    with Responder() as responder:
        assert responder.is_well()
        said = call(["--listen", responder.path])
        assert said.returncode == 1
        assert b"another process answers" in said.stderr
        assert responder.is_well()

        stale = responder.path + ".stale"
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(stale)
        process = subprocess.Popen(
            [STUB, "--listen", stale], stderr=subprocess.DEVNULL,
            env=dict(os.environ, APITRAIL_CONF="/dev/null"))
        end = time.monotonic() + PATIENCE
        body = b""
        while body == b"" and time.monotonic() < end:
            try:
                with Peer(stale) as peer:
                    body = peer.ask().body
            except (ConnectionRefusedError, FileNotFoundError):
                time.sleep(0.01)
        assert body == pattern(250)
        process.terminate()
        assert process.wait(PATIENCE) == 0

        file = responder.path + ".file"
        with open(file, "w") as out:
            out.write("kept")
        said = call(["--listen", file])
        assert said.returncode == 2 and b"no socket" in said.stderr
        assert open(file).read() == "kept"


@test
def a_path_that_cannot_be_is_refused_by_name():
    for path, status in (("", 2), ("/x" * 60, 2), ("/nonexistent/s", 1)):
        said = call(["--listen", path])
        assert said.returncode == status, (path, said)
        assert b"--listen" in said.stderr


@test
def closed_standard_files_do_no_harm():
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/socket"
        process = subprocess.Popen(
            ["sh", "-c", "exec \"$0\" --listen \"$1\" 0<&- 1>&- 2>&-", STUB,
             path], env=dict(os.environ, APITRAIL_CONF="/dev/null"))
        end = time.monotonic() + PATIENCE
        while not os.path.exists(path) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        with Peer(path) as peer:
            assert peer.ask().body == pattern(250)
        for number in range(3):
            name = os.readlink(f"/proc/{process.pid}/fd/{number}")
            assert name == "/dev/null", name
        process.terminate()
        assert process.wait(PATIENCE) == 0


run()
