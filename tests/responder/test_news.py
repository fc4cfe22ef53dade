"""Those who wait for news, and streams: told at once, and no burden."""
import resource
import threading

from fastcgi import *

QUICK = 5  # seconds that an answer may take beside those who wait
LONG = 60000  # milliseconds that no test lasts
WAITERS_MAX = 2000


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def settled(responder, count):
    """Waits until all requests that were sent are waiting.  Their sockets
    are read by then, and what they wait for has been looked at."""
    wait_until(lambda: threads_asleep(responder))
    for _ in range(count // 100 + 2):
        assert responder.is_well()
    wait_until(lambda: threads_asleep(responder))


def threads_asleep(responder):
    folder = f"/proc/{responder.process.pid}/task"
    for number in os.listdir(folder):
        with open(f"{folder}/{number}/stat") as file:
            if file.read().rpartition(")")[2].split()[0] != "S":
                return False
    return True


def open_files(responder):
    return len(os.listdir(f"/proc/{responder.process.pid}/fd"))


def take_text(peer, count):
    """So many bytes of a stream, behind its head."""
    text = b""
    while len(text) < count:
        kind, _, content = peer.record()
        assert kind == STDOUT, kind
        text += content.replace(b"Status: 200 Stub\r\n\r\n", b"")
    return text


@test
def a_wait_ends_with_news_at_once():
    with Responder(threads=2) as responder:
        peers = [responder.peer().send(get(f"/wait/{LONG}"))
                 for _ in range(100)]
        settled(responder, 100)
        publish(responder)
        for peer in peers:
            answer = peer.answer()
            assert (answer.body, answer.status) == (b"news", COMPLETE)
            assert peer.ask().body == pattern(250)


@test
def a_wait_without_news_ends_at_its_time():
    with Responder(threads=1) as responder, responder.peer() as peer:
        for milliseconds in (0, 1, 300):
            begun = time.monotonic()
            assert peer.ask(f"/wait/{milliseconds}").body == b"nothing"
            assert time.monotonic() - begun >= milliseconds / 1000 - 0.002


@test
def waits_of_any_length_end_in_the_order_of_their_times():
    with Responder(threads=1) as responder:
        peers = {wait: responder.peer() for wait in range(100, 1100, 50)}
        begun = time.monotonic()
        for wait in sorted(peers, reverse=True):
            peers[wait].send(get(f"/wait/{wait}"))
        for wait in sorted(peers):
            assert peers[wait].answer().body == b"nothing"
            # Moments are whole milliseconds.
            assert time.monotonic() - begun >= wait / 1000 - 0.002


@test
def a_wake_without_news_ends_no_wait():
    with Responder(threads=1) as responder, responder.peer() as peer:
        peer.send(get("/wait/700"))
        begun = time.monotonic()
        while time.monotonic() - begun < 0.5:
            wake(responder)
            time.sleep(0.01)
        assert peer.answer().body == b"nothing"
        assert time.monotonic() - begun >= 0.6


@test
def news_right_before_and_after_the_wait_begins_is_not_missed():
    with Responder(threads=1) as responder, responder.peer() as peer:
        for i in range(200):
            peer.send(get(f"/wait/{LONG}"))
            time.sleep(i % 5 / 2000)
            publish(responder)
            publish(responder)
            # It may have begun after the first, or even after both.
            peer.socket.settimeout(0.2)
            try:
                body = peer.answer().body
            except TimeoutError:
                peer.socket.settimeout(PATIENCE)
                publish(responder)
                body = peer.answer().body
            assert body == b"news", i
            peer.socket.settimeout(PATIENCE)


@test
def a_stream_gets_its_head_at_once_and_then_what_comes():
    with Responder(threads=1) as responder, responder.peer() as peer:
        peer.send(get(f"/stream/{LONG}", 7))
        assert peer.record() == (STDOUT, 7, b"Status: 200 Stub\r\n\r\n")
        for count in (1, 2, 1000, 100000):
            publish(responder, b"x" * count)
            assert take_text(peer, count) == b"e" * count


@test
def a_stream_beats_while_nothing_comes():
    with Responder(threads=1) as responder, responder.peer() as peer:
        begun = time.monotonic()
        peer.send(get("/stream/100"))
        assert take_text(peer, 5) == b":::::"
        assert time.monotonic() - begun >= 0.5


@test
def a_stream_that_is_not_taken_is_let_go():
    # One after another they would take longer than the patience of a peer.
    with Responder(threads=1, timeout="2s") as responder:
        peers = [responder.peer().send(get(f"/stream/{LONG}"))
                 for _ in range(20)]
        settled(responder, 20)
        before = open_files(responder)
        publish(responder, b"x" * 3000000)
        with responder.peer() as peer:
            assert peer.ask().body == pattern(250)
        wait_until(lambda: open_files(responder) <= before - 20)
        for peer in peers:
            peer.socket.close()


@test
def a_quiet_stream_outlives_the_time_of_other_answers():
    with Responder(threads=1, timeout="100ms") as responder:
        with responder.peer() as peer:
            peer.send(get(f"/stream/{LONG}"))
            time.sleep(1)
            publish(responder)
            assert take_text(peer, 1) == b"e"


@test
def who_hangs_up_is_gone_at_once():
    with Responder(threads=1) as responder:
        responder.is_well()
        for path in (f"/wait/{LONG}", f"/stream/{LONG}"):
            before = open_files(responder)
            peers = [responder.peer().send(get(path)) for _ in range(50)]
            settled(responder, 50)
            for i, peer in enumerate(peers):
                if i % 2 == 0:
                    peer.socket.close()
                else:
                    peer.socket.shutdown(socket.SHUT_WR)
            wait_until(lambda: open_files(responder) <= before + 1)


@test
def who_gives_up_is_answered_so_and_may_ask_again():
    with Responder(threads=1) as responder, responder.peer() as peer:
        for path in (f"/wait/{LONG}", f"/stream/{LONG}"):
            for rest in (b"", get("/7", 8)):
                peer.send(get(path, 9) + record(ABORT, 9) + rest)
                answer = peer.answer()
                assert (answer.number, answer.status) == (9, COMPLETE)
                assert b"news" not in answer.stdout
                if rest:
                    assert peer.answer().body == pattern(7)
            peer.send(get(path, 9))
            settled(responder, 1)
            abort = record(ABORT, 9)
            peer.send(abort[:3])
            time.sleep(0.05)
            peer.send(abort[3:])
            assert peer.answer().status == COMPLETE
            assert peer.ask().body == pattern(250)


@test
def what_comes_behind_a_wait_is_answered_after_it():
    with Responder(threads=1) as responder, responder.peer() as peer:
        peer.send(get("/wait/600") + get("/7", 2) + get("/8", 3))
        time.sleep(0.05)
        peer.send(get("/9", 4))
        used = cpu_seconds(responder)
        time.sleep(0.4)
        assert cpu_seconds(responder) - used < 0.2
        assert peer.answer().body == b"nothing"
        for size in (7, 8, 9):
            assert peer.answer().body == pattern(size)


@test
def beyond_the_bound_who_would_wait_is_refused():
    with Responder(threads=2, connections=16) as responder:
        peers = [responder.peer().send(get(f"/wait/{LONG}"))
                 for _ in range(13)]
        peers.append(responder.peer().send(get(f"/stream/{LONG}")))
        settled(responder, 14)
        with responder.peer() as peer:
            for path in (f"/wait/{LONG}", f"/stream/{LONG}"):
                answer = peer.ask(path)
                assert (answer.code, answer.body) == (503, b"full")
            assert peer.ask().code == 200
            peers.pop().socket.close()
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                peer.send(get("/wait/1"))
                if peer.answer().code == 200:
                    break
            else:
                assert False, "the place stays taken"


@test
def at_the_end_waits_and_streams_end_cleanly():
    with Responder(threads=2) as responder:
        waits = [responder.peer().send(get(f"/wait/{LONG}"))
                 for _ in range(200)]
        streams = [responder.peer().send(get(f"/stream/{LONG}"))
                   for _ in range(200)]
        settled(responder, 400)
        seconds, status = responder.stop()
        assert status == 0 and seconds < 1.2, seconds
        for peer in waits:
            answer = peer.answer()
            assert (answer.body, answer.status) == (b"nothing", COMPLETE)
        for peer in streams:
            answer = peer.answer()
            assert (answer.body, answer.status) == (b"", COMPLETE)


@test
def two_thousand_wait_on_one_responder():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    with Responder(threads=2) as responder:
        responder.is_well()
        threads = len(os.listdir(f"/proc/{responder.process.pid}/task"))
        before = used_bytes(responder)
        peers = [responder.peer().send(get(
            f"/wait/{LONG}", more=[("N", "v" * 8000)], body=b"x" * 3000))
            for _ in range(WAITERS_MAX)]
        settled(responder, WAITERS_MAX)
        each = (used_bytes(responder) - before) / WAITERS_MAX
        print(f"# {each:.0f} bytes for each who waits")
        with open(f"/proc/{responder.process.pid}/exe", "rb") as file:
            is_sanitized = b"__asan_init" in file.read()
        # Sanitizers keep what was freed.
        assert each < 4096 or is_sanitized, each
        assert len(os.listdir(
            f"/proc/{responder.process.pid}/task")) == threads
        with responder.peer() as peer:
            assert peer.ask(f"/wait/{LONG}").code == 503
            assert peer.ask().code == 200
        publish(responder)
        for peer in peers:
            assert peer.answer().body == b"news"
            peer.socket.close()


def used_bytes(responder):
    with open(f"/proc/{responder.process.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@test
def pages_keep_their_pace_beside_those_who_are_woken_all_the_time():
    with Responder(threads=1) as responder:
        peers = [responder.peer().send(get(f"/stream/{LONG}"))
                 for _ in range(500)]
        settled(responder, 500)
        done = threading.Event()

        def storm():
            while not done.is_set():
                wake(responder)
                time.sleep(0.001)

        thread = threading.Thread(target=storm)
        thread.start()
        try:
            with responder.peer(timeout=QUICK) as peer:
                for _ in range(300):
                    assert peer.ask().body == pattern(250)
        finally:
            done.set()
            thread.join()
        for peer in peers:
            peer.socket.close()
        assert responder.is_well()


@test
def a_wake_file_that_is_removed_or_replaced_is_followed():
    with Responder(threads=1) as responder, responder.peer() as peer:
        path = responder.directory + "/wake"
        for i in range(5):
            peer.send(get(f"/wait/{LONG}"))
            settled(responder, 1)
            if os.path.exists(path):
                os.unlink(path)
            if i % 2 == 0:
                with open(path + ".new", "w"):
                    pass
                os.rename(path + ".new", path)
            publish(responder)
            assert peer.answer().body == b"news"


@test
def under_mod_fcgid_nobody_waits():
    with tempfile.TemporaryDirectory() as folder:
        for name, may_wait in (("123.0", False), ("1.17", False),
                               ("socket", True), ("123", True),
                               ("123.sock", True), ("sock.1", True),
                               ("1.2.3", True)):
            path = os.path.join(folder, name)
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(path)
                listening.listen()
                with Responder(listen=False, stdin=listening) as responder:
                    with Peer(path) as peer:
                        if not may_wait:
                            assert peer.ask("/stream/100").body == b"no"
                        begun = time.monotonic()
                        assert peer.ask("/wait/300").body == b"nothing"
                        waited = time.monotonic() - begun
                        assert (waited >= 0.3) == may_wait, (name, waited)


run()
