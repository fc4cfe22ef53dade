"""SIGTERM: what is in flight is answered, and all ends within a second."""
import threading

from fastcgi import *

SECOND = 1.2  # with what it takes this test to see it
# Twice what a socket holds, and read well before STOP_MS.
LARGER = 400000


def ends_in_time(responder, number=signal.SIGTERM):
    seconds, status = responder.stop(number)
    assert status == 0, status
    assert seconds < SECOND, seconds
    assert not os.path.exists(responder.path)


@test
def it_ends_at_once_when_nothing_is_in_flight():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        with Responder() as responder:
            responder.is_well()
            ends_in_time(responder, number)


@test
def idle_kept_connections_are_closed():
    with Responder() as responder:
        peers = [responder.peer() for _ in range(100)]
        for peer in peers:
            peer.ask()
        ends_in_time(responder)
        for peer in peers:
            assert peer.is_closed()


@test
def whole_requests_are_answered():
    with Responder() as responder:
        peers = [responder.peer() for _ in range(200)]
        for peer in peers:
            peer.send(get("/29000"))
        ends_in_time(responder)
        for peer in peers:
            answer = peer.answer()
            assert answer.body == pattern(29000)
            assert answer.status == COMPLETE


@test
def answers_that_are_being_taken_are_finished():
    with Responder() as responder:
        peers = [responder.peer().send(get(f"/{LARGER}")) for _ in range(4)]
        for peer in peers:
            peer.received = peer.socket.recv(1000)
        answers = [None] * len(peers)

        def read(i):
            answers[i] = peers[i].answer()

        threads = [threading.Thread(target=read, args=(i,))
                   for i in range(len(peers))]
        responder.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.start()
        ends_in_time(responder)
        for thread in threads:
            thread.join()
        for answer in answers:
            assert answer.body == pattern(LARGER)


@test
def a_request_that_becomes_whole_in_time_is_answered():
    with Responder() as responder, responder.peer() as peer:
        whole = get()
        peer.send(whole[:30])
        time.sleep(0.1)
        responder.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        peer.send(whole[30:])
        assert peer.answer().body == pattern(250)
        ends_in_time(responder)


@test
def peers_that_stall_do_not_stop_the_end():
    with Responder() as responder:
        peers = [responder.peer().send(get()[:20]) for _ in range(10)]
        peers += [responder.peer().send(get(f"/{LARGER}"))
                  for _ in range(10)]
        peers += [responder.peer().send(get("/export/100000000000"))
                  for _ in range(10)]
        time.sleep(0.2)
        ends_in_time(responder)
        for peer in peers:
            peer.socket.close()


@test
def a_loop_that_sees_the_signal_late_ends_in_time():
    # It is busy for 0.6 s when it has them all, in one round.
    with Responder(threads=1) as responder:
        peers = [responder.peer() for _ in range(12)]
        stalled = responder.peer().send(get()[:20])
        for peer in peers:
            peer.send(get("/toil"))
        time.sleep(0.1)
        ends_in_time(responder)
        assert "left behind" not in responder.said(), responder.said()
        for peer in peers:
            assert peer.answer().status == COMPLETE
        stalled.socket.close()


@test
def under_load_no_accepted_request_is_lost():
    with Responder() as responder:
        lost = []

        def ask():
            for _ in range(100000):
                try:
                    peer = responder.peer()
                except (FileNotFoundError, ConnectionRefusedError):
                    return
                with peer:
                    try:
                        answer = peer.ask("/1000", flags=0)
                    except (BrokenPipeError, ConnectionResetError):
                        answer = Answer()
                    if answer.body != pattern(1000):
                        lost.append(answer)
                        return

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        ends_in_time(responder)
        for thread in threads:
            thread.join()
        # One connection each may come between the last accept and the end.
        assert len(lost) < len(threads), len(lost)


run()
