"""What a responder answers to each kind of record, right and wrong."""
from fastcgi import *


@test
def a_request_is_answered_and_a_kept_connection_serves_the_next():
    with Responder() as responder, responder.peer() as peer:
        for path, size in (("/0", 0), ("/1", 1), ("/250", 250),
                           ("/29000", 29000), ("/65479", 65479),
                           ("/131057", 131057), ("/4000000", 4000000)):
            answer = peer.ask(path)
            assert answer.body == pattern(size), path
            assert answer.status == COMPLETE


@test
def a_connection_that_is_not_kept_is_closed_after_the_answer():
    with Responder() as responder, responder.peer() as peer:
        assert peer.ask(flags=0).body == pattern(250)
        assert peer.is_closed()


@test
def stdin_may_end_anywhere():
    with Responder() as responder, responder.peer() as peer:
        for size in (0, 1, 4096, 8191, 8192, 8193, 16384, 65535, 65536,
                     1 << 20, 5 << 20):
            assert peer.ask(body=b"x" * size).body == pattern(250), size


@test
def stdin_may_end_where_a_read_of_8192_bytes_does():
    with Responder() as responder, responder.peer() as peer:
        for multiple in (8192, 16384, 65536):
            rest = multiple - len(get()) - 8
            assert len(get(body=b"x" * rest)) == multiple
            assert peer.ask(body=b"x" * rest).body == pattern(250)
            assert peer.ask().body == pattern(250)


@test
def records_may_be_cut_and_padded_anyhow():
    with Responder() as responder, responder.peer() as peer:
        for cut in (1, 2, 7, 100):
            for padding in (0, 1, 255):
                answer = peer.ask("/query", cut=cut, padding=padding,
                                  more=[("QUERY_STRING", "q" * 300)])
                assert answer.body == b"q" * 300, (cut, padding)


@test
def bytes_may_drip_in_one_by_one():
    with Responder() as responder, responder.peer() as peer:
        for byte in get("/query", more=[("QUERY_STRING", "drip")],
                        body=b"abc", padding=3):
            peer.send(bytes([byte]))
        assert peer.answer().body == b"drip"


@test
def requests_that_come_at_once_are_answered_in_turn():
    with Responder() as responder, responder.peer() as peer:
        peer.send(b"".join(get("/query", number,
                               more=[("QUERY_STRING", str(number))])
                           for number in range(1, 1001)))
        for number in range(1, 1001):
            answer = peer.answer()
            assert answer.number == number
            assert answer.body == str(number).encode()


@test
def requests_that_come_at_once_wait_for_large_answers():
    with Responder() as responder, responder.peer() as peer:
        peer.send(get("/3000000") + get("/export/1000000", 2) + get("/7", 3))
        assert peer.answer().body == pattern(3000000)
        assert peer.answer().body == pattern(1000000)
        assert peer.answer().body == pattern(7)


@test
def a_peer_that_closes_its_sending_side_gets_its_answer():
    with Responder() as responder, responder.peer() as peer:
        peer.send(get("/3000000")).socket.shutdown(socket.SHUT_WR)
        assert peer.answer().body == pattern(3000000)
        assert peer.is_closed()


@test
def lengths_may_take_four_bytes_where_one_would_do():
    with Responder() as responder, responder.peer() as peer:
        text = pairs(("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/5"),
                     wide=True)
        peer.send(begin() + record(PARAMS, 1, text) + record(PARAMS, 1) +
                  record(STDIN, 1))
        assert peer.answer().body == pattern(5)


@test
def repeated_params_are_all_seen():
    with Responder() as responder, responder.peer() as peer:
        keys = [("HTTP_X_API_KEY", "a")] * 3
        assert peer.ask("/keys", more=keys).body == b"3"


@test
def a_nul_does_not_end_a_value_early():
    with Responder() as responder, responder.peer() as peer:
        answer = peer.ask("/query", more=[("QUERY_STRING", "a\0b")])
        assert answer.body == b"a\xffb"


@test
def params_up_to_their_bounds_are_taken_and_beyond_refused():
    with Responder() as responder:
        for count, size, is_taken in ((254, 10, True), (255, 10, False),
                                      (2, 64 << 10, True),
                                      (100, 64 << 10, False)):
            with responder.peer() as peer:
                try:
                    answer = peer.ask(more=[("N", "v" * size)] * count)
                except (BrokenPipeError, ConnectionResetError):
                    answer = Answer()
                assert (answer.body == pattern(250)) == is_taken, count
                if not is_taken:
                    assert answer.status in (None, OVERLOADED)
        assert responder.is_well()


@test
def values_are_told():
    with Responder(connections=77) as responder, responder.peer() as peer:
        text = pairs(("FCGI_MPXS_CONNS", ""), ("UNKNOWN", ""),
                     ("FCGI_MAX_CONNS", ""), ("FCGI_MAX_REQS", ""))
        for _ in range(3):
            peer.send(record(GET_VALUES, 0, text))
            kind, number, content = peer.record()
            assert (kind, number) == (GET_VALUES_RESULT, 0)
            assert content == pairs(("FCGI_MAX_CONNS", "77"),
                                    ("FCGI_MAX_REQS", "77"),
                                    ("FCGI_MPXS_CONNS", "0"))
        assert peer.ask().body == pattern(250)


@test
def many_names_of_values_do_no_harm():
    with Responder() as responder, responder.peer() as peer:
        name = pairs(("FCGI_MAX_CONNS", ""))
        peer.send(record(GET_VALUES, 0, name * 3000, padding=9) * 5)
        for _ in range(5):
            assert peer.record()[0] == GET_VALUES_RESULT
        peer.send(record(GET_VALUES, 0, b"\xff\xff\xff\xff\xff\xff\xff\xff"))
        assert peer.record() == (GET_VALUES_RESULT, 0, b"")
        peer.send(record(GET_VALUES, 0))
        assert peer.record() == (GET_VALUES_RESULT, 0, b"")
        assert peer.ask().body == pattern(250)


@test
def management_records_of_unknown_type_are_answered():
    with Responder() as responder, responder.peer() as peer:
        for kind in (10, 11, 12, 200, 255, 0):
            peer.send(record(kind, 0, b"content", 1))
            assert peer.record() == (UNKNOWN_TYPE, 0,
                                     bytes([kind]) + b"\0" * 7)
        assert peer.ask().body == pattern(250)


@test
def management_records_may_come_within_a_request():
    with Responder() as responder, responder.peer() as peer:
        text = pairs(("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/9"))
        parts = (begin(), record(PARAMS, 1, text[:11]),
                 record(PARAMS, 1, text[11:]), record(PARAMS, 1),
                 record(STDIN, 1, b"x"), record(STDIN, 1))
        peer.send(record(GET_VALUES, 0).join(parts))
        for _ in range(len(parts) - 1):
            assert peer.record()[0] == GET_VALUES_RESULT
        assert peer.answer().body == pattern(9)


@test
def a_second_request_beside_an_open_one_is_refused():
    with Responder() as responder, responder.peer() as peer:
        text = pairs(("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/12"))
        peer.send(begin(1) + record(PARAMS, 1, text) + get("/13", 2))
        assert peer.record() == (END, 2, bytes([0, 0, 0, 0, CANT_MULTIPLEX,
                                                0, 0, 0]))
        peer.send(record(PARAMS, 1) + record(STDIN, 1))
        assert peer.answer().body == pattern(12)


@test
def other_roles_are_refused():
    with Responder() as responder:
        for role in (0, 2, 3, 65535):
            with responder.peer() as peer:
                rest = get("/1", 5)[16:] + record(DATA, 5, b"x")
                peer.send(begin(5, KEEP, role) + rest)
                answer = peer.answer()
                assert (answer.number, answer.status) == (5, UNKNOWN_ROLE)
                assert peer.ask("/2", 5).body == pattern(2)
                peer.send(begin(6, 0, role))
                assert peer.answer().status == UNKNOWN_ROLE
                assert peer.is_closed()


@test
def a_request_that_is_given_up_ends():
    with Responder() as responder, responder.peer() as peer:
        text = pairs(("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/11"))
        parts = (begin(9), record(PARAMS, 9, text), record(PARAMS, 9),
                 record(STDIN, 9, b"x"))
        for count in range(1, len(parts) + 1):
            peer.send(b"".join(parts[:count]) + record(ABORT, 9))
            answer = peer.answer()
            assert (answer.number, answer.status) == (9, COMPLETE)
            assert answer.stdout == b""
        assert peer.ask().body == pattern(250)


@test
def an_export_that_is_given_up_ends():
    with Responder() as responder, responder.peer() as peer:
        peer.send(get("/export/100000000000", 3))
        assert peer.record()[0] == STDOUT
        peer.send(record(ABORT, 3))
        answer = peer.answer()
        assert answer.status == COMPLETE
        assert len(answer.stdout) < 1 << 30
        assert peer.ask().body == pattern(250)


@test
def records_of_no_open_request_are_passed_over():
    with Responder() as responder, responder.peer() as peer:
        peer.send(record(ABORT, 3) + record(PARAMS, 3, b"x", 2) +
                  record(STDIN, 4, b"y" * 70 * 100) + record(DATA, 5))
        assert peer.ask().body == pattern(250)


WRONG = {
    "another version": record(BEGIN, 1, b"\0\1\0\0\0\0\0\0", version=2),
    "version 0": b"\0" * 8,
    "a request of id 0": record(BEGIN, 0, b"\0\1\0\0\0\0\0\0"),
    "a short begin": record(BEGIN, 1, b"\0\1\0"),
    "a long begin": record(BEGIN, 1, b"\0\1\0\0\0\0\0\0\0"),
    "an empty begin": record(BEGIN, 1),
    "the same id twice": begin() + begin(),
    "an answer": record(STDOUT, 1, b"x"),
    "an end": record(END, 1, b"\0" * 8),
    "a type for requests with id 0": record(PARAMS, 0, b"x"),
    "a management type with an id": record(GET_VALUES, 1),
    "an unknown type with an id": record(99, 1),
    "stdin before params": begin() + record(STDIN, 1),
    "stdin before the end of params":
        begin() + record(PARAMS, 1, b"\1\1ab") + record(STDIN, 1),
    "params after their end":
        begin() + record(PARAMS, 1) + record(PARAMS, 1, b"\1\1ab"),
    "a filter's content": begin() + record(DATA, 1, b"x"),
    "a name without a value's length":
        begin() + record(PARAMS, 1, b"\1") + record(PARAMS, 1),
    "a value that is cut off":
        begin() + record(PARAMS, 1, b"\1\2ab") + record(PARAMS, 1),
    "a name near 2^31": begin() + record(
        PARAMS, 1, b"\xff\xff\xff\xff\1ab") + record(PARAMS, 1),
    "a value near 2^31": begin() + record(
        PARAMS, 1, b"\1\xff\xff\xff\xffab") + record(PARAMS, 1),
    "two near 2^31": begin() + record(
        PARAMS, 1, b"\xff\xff\xff\xff\xff\xff\xff\xffab") + record(PARAMS, 1),
    "a length that is cut off":
        begin() + record(PARAMS, 1, b"\1\xff\xff") + record(PARAMS, 1),
    "HTTP": b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n",
}


def check_wrong(name):
    def function():
        with Responder(threads=1) as responder, responder.peer() as peer:
            try:
                peer.send(WRONG[name])
                assert peer.is_closed()
            except BrokenPipeError:
                pass
            assert responder.is_well()
    function.__name__ = name.replace(" ", "_") + "_ends_the_connection_only"
    test(function)


for wrong in WRONG:
    check_wrong(wrong)

run()
