"""recorder.py - a recorder that does as a test wants."""
import os
import select
import socket
import struct
import threading

HEADER = struct.Struct("<4sIBBH")
RECORDED, FULL, STOPPING = 0, 4, 7
PLACE = struct.pack("<q", 1657027948150) + b"012345678901234567890"


class Recorder:
    """Listens in the store's folder and gathers what is sent to it."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "recorder.sock")
        self.lock = threading.Lock()
        self.messages = []      # connection, sequence, count of events
        self.is_answering = True
        self.connections = []
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(self.path)
        os.chmod(self.path, 0o660)
        self.listening.listen()
        self.ours, self.theirs = socket.socketpair()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """As when it is killed: what was not answered never is."""
        if self.thread is None:
            return
        self.ours.close()
        self.thread.join()
        self.thread = None
        self.listening.close()
        for connection in self.connections:
            connection.close()
        os.unlink(self.path)

    def run(self):
        received = {}
        while True:
            ready = select.select(
                [self.theirs, self.listening, *received], [], [])[0]
            if self.theirs in ready:
                return
            for one in ready:
                if one is self.listening:
                    connection = self.listening.accept()[0]
                    received[connection] = b""
                    self.connections.append(connection)
                    continue
                part = one.recv(1 << 20)
                if not part:
                    del received[one]
                    continue
                received[one] = self.take(one, received[one] + part)

    def take(self, connection, data):
        """Takes the whole messages that data begins with."""
        while len(data) >= HEADER.size:
            magic, length, version, kind, _ = HEADER.unpack(
                data[:HEADER.size])
            assert (magic, version, kind) == (b"apir", 1, 1), data[:40]
            if len(data) < HEADER.size + length:
                break
            message = data[HEADER.size:HEADER.size + length]
            data = data[HEADER.size + length:]
            sequence = struct.unpack("<Q", message[:8])[0]
            at = 8 + 4 + 21 + 1 + 64 + 32
            count = struct.unpack("<H", message[at:at + 2])[0]
            with self.lock:
                self.messages.append((connection, sequence, count))
            if self.is_answering:
                self.answer()
        return data

    def waiting(self):
        with self.lock:
            return len(self.messages)

    def answer(self, outcome=RECORDED, reverse=False):
        """Answers all that has come so far."""
        with self.lock:
            messages, self.messages = self.messages, []
        if reverse:
            messages.reverse()
        for connection, sequence, count in messages:
            places = PLACE * count if outcome == RECORDED else b""
            reply = struct.pack("<QBH", sequence, outcome,
                                len(places) // len(PLACE)) + places
            try:
                connection.sendall(HEADER.pack(
                    b"apir", len(reply), 1, 2, 0) + reply)
            except OSError:
                pass
