"""What a client sends: kept whole, up to its bounds, and never in part."""
from fastcgi import *

BODY_MAX = 1 << 20
BODIES_MAX = 64 << 20


def told(body, state="whole"):
    """What the stub says of a body that it got."""
    total = 0
    for byte in body:
        total = (total * 31 + byte) & 0xffffffff
    return f"{state} {len(body)} {total}".encode()


@test
def the_body_of_a_post_is_read():
    with Responder() as responder, responder.peer() as peer:
        for size in (0, 1, 100, 8192, 65535, 65536, 300000, BODY_MAX):
            body = pattern(size)
            answer = peer.send(post("/body", body)).answer()
            assert answer.body == told(body), (size, answer.body)


@test
def it_is_compared_with_its_length():
    with Responder() as responder, responder.peer() as peer:
        for body, length, state in (
                (b"abc", "3", "whole"), (b"abc", "", "whole"),
                (b"abc", "absent", "whole"), (b"", "", "whole"),
                (b"", "absent", "whole"), (b"abc", "4", "short"),
                (b"abc", "2", "long"), (b"abc", "0", "long"),
                (b"abc", "three", "unmeasured"),
                (b"abc", "-3", "unmeasured"),
                (b"abc", "1048577", "too large")):
            answer = peer.send(post("/body", body, length)).answer()
            assert answer.body.startswith(state.encode()), (length, answer)
            assert answer.code == 200


@test
def one_that_is_too_large_is_told_so_and_the_connection_goes_on():
    with Responder() as responder, responder.peer() as peer:
        for size in (BODY_MAX + 1, 5 << 20):
            for length in (None, "", "10"):
                peer.send(post("/body", b"x" * size, length))
                assert peer.answer().body == told(b"", "too large")
        assert peer.ask().body == pattern(250)


@test
def those_of_other_methods_are_read_and_ignored():
    with Responder() as responder, responder.peer() as peer:
        for method in ("GET", "HEAD", "PUT", "OPTIONS", "POSTER"):
            answer = peer.ask("/body", body=b"x" * 70000, method=method)
            assert answer.body == told(b""), method


@test
def the_next_body_is_not_the_last_one():
    with Responder() as responder, responder.peer() as peer:
        for body in (b"x" * 100000, b"", b"yz"):
            answer = peer.send(post("/body", body)).answer()
            assert answer.body == told(body)
        answer = peer.ask("/body")
        assert answer.body == told(b"")


@test
def bodies_may_drip_and_be_cut_anyhow():
    with Responder() as responder, responder.peer() as peer:
        data = post("/body", b"drip", padding=3)
        for byte in data:
            peer.send(bytes([byte]))
        assert peer.answer().body == told(b"drip")


@test
def an_upload_that_is_given_up_is_not_answered():
    whole = post("/body", b"x" * 1000)
    # Before its first byte, in the middle, and before its end alone.
    for cut in (whole[:-1016], post("/body", b"x" * 500, "1000")[:-8],
                whole[:-8]):
        with Responder() as responder, responder.peer() as peer:
            peer.send(cut + record(ABORT, 1))
            answer = peer.answer()
            assert (answer.stdout, answer.status) == (b"", COMPLETE)
            assert peer.ask().body == pattern(250)


@test
def a_peer_that_goes_in_the_middle_leaves_nothing():
    with Responder(threads=1) as responder:
        for _ in range(200):
            with responder.peer() as peer:
                peer.send(post("/body", b"x" * BODY_MAX)[:-100000])
        with responder.peer() as peer:
            answer = peer.send(post("/body", b"y")).answer()
            assert answer.body == told(b"y")


@test
def all_bodies_together_have_a_bound():
    with Responder(threads=2) as responder:
        cut = post("/body", pattern(BODY_MAX))[:-8]
        peers = [responder.peer().send(cut)
                 for _ in range(BODIES_MAX // BODY_MAX)]
        with responder.peer() as peer:
            end = time.monotonic() + PATIENCE
            code = 200
            while code != 503 and time.monotonic() < end:
                code = peer.send(post("/body", b"one more")).answer().code
            assert code == 503
            # Who sends none is answered all the same.
            assert peer.ask().body == pattern(250)
            for other in peers[:2]:
                other.send(record(STDIN, 1))
                assert other.answer().body == told(pattern(BODY_MAX))
            answer = peer.send(post("/body", b"one more")).answer()
            assert answer.body == told(b"one more")


@test
def cgi_reads_the_body_up_to_its_length_or_its_end():
    for body, length, state, kept in (
            (b"abc", "3", "whole", b"abc"), (b"", "0", "whole", b""),
            (b"abc", "", "whole", b"abc"), (b"abc", None, "whole", b"abc"),
            (b"abcdef", "3", "whole", b"abc"),
            (b"abc", "4", "short", b"abc"),
            (b"abc", "nonsense", "unmeasured", b""),
            (b"x" * (BODY_MAX + 1), None, "too large", b""),
            (b"x" * (BODY_MAX + 1), str(BODY_MAX + 1), "too large",
             b"x" * BODY_MAX),
            (b"x" * BODY_MAX, str(BODY_MAX), "whole", b"x" * BODY_MAX)):
        variables = {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/body",
                     "APITRAIL_CONF": "/dev/null"}
        if length is not None:
            variables["CONTENT_LENGTH"] = length
        said = subprocess.run([STUB], env=variables, input=body,
                              capture_output=True, timeout=PATIENCE)
        assert said.stdout.endswith(told(kept, state)), (length, said)


@test
def a_body_without_a_length_or_an_end_is_not_answered_under_cgi():
    reading, writing = os.pipe()
    os.write(writing, b"begun")
    said = subprocess.run(
        [STUB], env={"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/body",
                     "APITRAIL_CONF": "/dev/null",
                     "APITRAIL_TIMEOUT": "200ms"},
        stdin=reading, capture_output=True, timeout=PATIENCE)
    os.close(reading)
    os.close(writing)
    assert said.returncode == 1 and said.stdout == b"", said
    assert b"cut off" in said.stderr


run()
