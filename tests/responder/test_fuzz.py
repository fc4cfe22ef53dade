"""Random and mutated bytes on the socket: the responder must outlive all.

Meanwhile there is news now and then, and the recorder answers, or dies.
"""
import random

from fastcgi import *
from recorder import *

SEED = int(os.environ.get("FUZZ_SEED", "20240607"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "3"))
PEERS = 16


def random_record(rng):
    kind = rng.choice((BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, DATA,
                       GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE,
                       rng.randrange(256)))
    number = rng.choice((0, 1, 1, 1, 2, rng.randrange(65536)))
    size = rng.choice((0, 0, 1, 8, 8, rng.randrange(300),
                       rng.randrange(65536)))
    version = 1 if rng.random() < 0.97 else rng.randrange(256)
    return record(kind, number, rng.randbytes(size),
                  rng.choice((0, 0, 7, rng.randrange(256))), version)


def random_pairs(rng):
    text = b""
    for _ in range(rng.randrange(300)):
        name, value = rng.randbytes(rng.randrange(20)), rng.randbytes(
            rng.choice((0, 5, 127, 128, rng.randrange(2000))))
        claimed = len(value)
        if rng.random() < 0.01:
            claimed = rng.choice((0, 1, 1 << 16, (1 << 31) - 1))
        text += length(len(name)) + length(claimed) + name + value
    return text


def random_request(rng):
    text = random_pairs(rng)
    out = begin(1, rng.randrange(4))
    cut = rng.randrange(1, 65536)
    for i in range(0, len(text), cut):
        out += record(PARAMS, 1, text[i:i + cut], rng.randrange(9))
    return out + record(PARAMS, 1) + record(
        STDIN, 1, rng.randbytes(rng.randrange(9000))) + record(STDIN, 1)


def mutated(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 2, 5, 50))):
        at = rng.randrange(len(data))
        change = rng.randrange(4)
        if change == 0:
            data[at] = rng.randrange(256)
        elif change == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 2:
            del data[at:at + rng.randrange(20)]
        else:
            data[at:at] = rng.randbytes(rng.randrange(20))
        if not data:
            break
    return bytes(data)


def some_bytes(rng):
    choice = rng.randrange(6)
    if choice == 0:
        return rng.randbytes(rng.randrange(2000))
    if choice == 1:
        return b"".join(random_record(rng) for _ in range(rng.randrange(9)))
    if choice == 2:
        return mutated(rng, random_request(rng))
    path = rng.choice(("/250", "/29000", "/400000", "/export/300000",
                       "/failing", "/keys", "/body", "/record/1",
                       "/record/40", "/wait/0", "/wait/300", "/wait/60000",
                       "/stream/20", "/stream/60000"))
    whole = b"".join(get(path, 1 + i, rng.randrange(2),
                         rng.randbytes(rng.randrange(100)),
                         cut=rng.randrange(1, 80),
                         method=rng.choice(("GET", "POST")))
                     for i in range(rng.randrange(1, 5)))
    if rng.random() < 0.2:
        whole += record(ABORT, rng.randrange(1, 5))
    return whole if choice == 3 else mutated(rng, whole)


class Attack:
    """One peer that sends, reads or goes as the dice fall."""

    def __init__(self, rng, responder):
        self.rng, self.data = rng, some_bytes(rng)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(responder.path)
        self.socket.setblocking(False)

    def step(self):
        """false when it is over."""
        try:
            if self.rng.random() < 0.3:
                if not self.socket.recv(1 << self.rng.randrange(18)):
                    return False
        except BlockingIOError:
            pass
        except OSError:
            return False
        try:
            part = self.data[:self.rng.choice((1, 7, 8, 100, 1 << 18))]
            if part:
                self.data = self.data[self.socket.send(part):]
            elif self.rng.random() < 0.5:
                self.data = some_bytes(self.rng)
            elif self.rng.random() < 0.2:
                self.socket.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            pass
        except OSError:
            return False
        return self.rng.random() > 0.02


class World:
    """What goes on beside the peers."""

    def __init__(self, rng, responder):
        self.rng, self.responder = rng, responder
        self.recorder = None

    def step(self):
        choice = self.rng.randrange(8)
        if choice == 0 and self.recorder is not None:
            self.stop()
        elif self.recorder is None:
            self.recorder = Recorder(self.responder.directory)
        elif choice == 1:
            self.recorder.is_answering = not self.recorder.is_answering
        elif choice == 2:
            self.recorder.answer(self.rng.choice((RECORDED, FULL)), True)
        elif choice < 6:
            publish(self.responder, b"x" * self.rng.choice((0, 1, 9999)))

    def stop(self):
        if self.recorder is not None:
            self.recorder.stop()
        self.recorder = None


@test
def no_bytes_end_or_stall_the_responder():
    rng = random.Random(SEED)
    print(f"# seed {SEED}")
    with Responder(threads=2, timeout="500ms") as responder:
        attacks = []
        world = World(rng, responder)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            world.step()
            for _ in range(200):
                while len(attacks) < PEERS:
                    attacks.append(Attack(rng, responder))
                attack = rng.choice(attacks)
                if not attack.step():
                    attack.socket.close()
                    attacks.remove(attack)
            assert responder.is_well(), responder.said()
        for attack in attacks:
            attack.socket.close()
        world.stop()
        assert responder.is_well(), responder.said()
        seconds, status = responder.stop()
        assert status == 0 and seconds < PATIENCE, responder.said()


run()
