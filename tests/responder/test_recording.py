"""Requests that wait for the recorder, whatever becomes of it."""
from fastcgi import *
from recorder import *

QUICK = 5  # seconds that an answer may take beside those that wait


def silent(folder):
    recorder = Recorder(folder)
    recorder.is_answering = False
    return recorder


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    assert condition()


def open_files(responder):
    return len(os.listdir(f"/proc/{responder.process.pid}/fd"))


@test
def what_the_recorder_says_is_the_answer():
    with Responder() as responder, Recorder(responder.directory):
        with responder.peer() as peer:
            for count in (1, 10, 1000, 1):
                answer = peer.send(post(f"/record/{count}")).answer()
                outcome, places, _ = answer.body.split()
                assert (outcome, int(places)) == (b"recorded", count)
                assert answer.status == COMPLETE
            assert peer.ask().body == pattern(250)


@test
def a_connection_that_is_not_kept_is_closed_after_the_answer():
    with Responder() as responder, Recorder(responder.directory):
        with responder.peer() as peer:
            answer = peer.send(post("/record/1", flags=0)).answer()
            assert answer.body.startswith(b"recorded 1 ")
            assert peer.is_closed()


@test
def without_a_recorder_the_answer_is_that_it_is_away():
    with Responder() as responder, responder.peer() as peer:
        for _ in range(3):
            assert peer.send(post("/record/1")).answer().body == b"away"
        with open(responder.directory + "/recorder.sock", "w"):
            pass
        assert peer.send(post("/record/1")).answer().body == b"away"


@test
def a_recorder_that_comes_or_comes_back_is_found():
    with Responder(threads=1) as responder, responder.peer() as peer:
        for _ in range(3):
            assert peer.send(post("/record/1")).answer().body == b"away"
            with Recorder(responder.directory):
                end = time.monotonic() + PATIENCE
                body = b"away"
                while body == b"away" and time.monotonic() < end:
                    time.sleep(0.01)
                    body = peer.send(post("/record/1")).answer().body
                assert body.startswith(b"recorded 1 "), body
            end = time.monotonic() + PATIENCE
            while body != b"away" and time.monotonic() < end:
                body = peer.send(post("/record/1")).answer().body
            assert body == b"away"


@test
def many_wait_together_and_others_are_served():
    with Responder(threads=2) as responder:
        with silent(responder.directory) as recorder:
            peers = [responder.peer().send(post("/record/2"))
                     for _ in range(300)]
            wait_until(lambda: recorder.waiting() == 300)
            for _ in range(20):
                with responder.peer(timeout=QUICK) as peer:
                    assert peer.ask().body == pattern(250)
            recorder.answer(reverse=True)
            for peer in peers:
                assert peer.answer().body.startswith(b"recorded 2 ")
                assert peer.ask().body == pattern(250)
                peer.socket.close()


@test
def each_gets_its_own_answer():
    with Responder(threads=1) as responder:
        with silent(responder.directory) as recorder:
            peers = [responder.peer().send(post(f"/record/{count}"))
                     for count in range(1, 101)]
            wait_until(lambda: recorder.waiting() == 100)
            recorder.answer(reverse=True)
            for count, peer in enumerate(peers, 1):
                assert peer.answer().body.split()[1] == str(count).encode()


@test
def a_recorder_that_dies_leaves_it_unknown():
    with Responder(threads=1) as responder:
        with silent(responder.directory) as recorder:
            peers = [responder.peer().send(post("/record/1"))
                     for _ in range(20)]
            wait_until(lambda: recorder.waiting() == 20)
        for peer in peers:
            assert peer.answer().body == b"unknown"


@test
def who_goes_or_gives_up_is_forgotten():
    with Responder(threads=1) as responder:
        with silent(responder.directory) as recorder:
            responder.is_well()
            peers = [responder.peer().send(post("/record/1"))
                     for _ in range(100)]
            wait_until(lambda: recorder.waiting() == 100)
            before = open_files(responder)
            for peer in peers[:50]:
                peer.socket.close()
            wait_until(lambda: open_files(responder) <= before - 50)
            for peer in peers[50:]:
                peer.send(record(ABORT, 1))
                answer = peer.answer()
                assert (answer.stdout, answer.status) == (b"", COMPLETE)
            recorder.answer()
            recorder.is_answering = True
            for peer in peers[50:]:
                answer = peer.send(post("/record/3")).answer()
                assert answer.body.startswith(b"recorded 3 ")


@test
def what_comes_while_it_waits_comes_after_it():
    with Responder(threads=1) as responder, responder.peer() as peer:
        with silent(responder.directory) as recorder:
            peer.send(post("/record/1") + get("/7", 2) + get("/8", 3))
            wait_until(lambda: recorder.waiting() == 1)
            time.sleep(0.1)
            peer.send(get("/9", 4))
            used = cpu_seconds(responder)
            time.sleep(0.5)
            assert cpu_seconds(responder) - used < 0.2
            recorder.answer()
            assert peer.answer().body.startswith(b"recorded 1 ")
            for size in (7, 8, 9):
                assert peer.answer().body == pattern(size)


@test
def a_peer_that_closes_its_sending_side_gets_its_answer():
    with Responder(threads=1) as responder, responder.peer() as peer:
        with silent(responder.directory) as recorder:
            peer.send(post("/record/1")).socket.shutdown(socket.SHUT_WR)
            wait_until(lambda: recorder.waiting() == 1)
            used = cpu_seconds(responder)
            time.sleep(0.5)
            assert cpu_seconds(responder) - used < 0.2
            recorder.answer()
            assert peer.answer().body.startswith(b"recorded 1 ")
            assert peer.is_closed()


@test
def at_the_end_a_recorder_has_time_to_answer():
    with Responder(threads=1) as responder:
        with silent(responder.directory) as recorder:
            peers = [responder.peer().send(post("/record/1"))
                     for _ in range(50)]
            wait_until(lambda: recorder.waiting() == 50)
            responder.process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            recorder.answer()
            for peer in peers:
                assert peer.answer().body.startswith(b"recorded 1 ")
            seconds, status = responder.stop()
            assert status == 0 and seconds < 1


@test
def at_the_end_who_got_no_reply_is_told_so_in_time():
    with Responder(threads=1) as responder:
        with silent(responder.directory) as recorder:
            peers = [responder.peer().send(post("/record/1"))
                     for _ in range(50)]
            wait_until(lambda: recorder.waiting() == 50)
            seconds, status = responder.stop()
            assert status == 0 and seconds < 1.2, seconds
            for peer in peers:
                assert peer.answer().body == b"unknown"


@test
def cgi_asks_the_recorder_too():
    with tempfile.TemporaryDirectory() as folder:
        variables = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "0",
                     "SCRIPT_NAME": "/record/3", "APITRAIL_STORE": folder,
                     "APITRAIL_CONF": "/dev/null"}

        def call():
            return subprocess.run(
                [STUB], env=variables, stdin=subprocess.DEVNULL,
                capture_output=True, timeout=PATIENCE)

        said = call()
        assert said.returncode == 0 and said.stdout.endswith(b"\naway"), said
        with Recorder(folder):
            said = call()
            assert b"\r\n\r\nrecorded 3 " in said.stdout, said


run()
