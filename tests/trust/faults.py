"""faults.py - let one call of a program fail: see faults.h."""
import errno
import mmap
import struct

from preloaded import Preloaded

(WRITE, PWRITE, FSYNC, FDATASYNC, OPEN, MMAP, FTRUNCATE, FALLOCATE, LOCK,
 NAME, MEMORY) = range(1, 12)
NAMES = {WRITE: "write", PWRITE: "pwrite", FSYNC: "fsync",
         FDATASYNC: "fdatasync", OPEN: "open", MMAP: "mmap",
         FTRUNCATE: "ftruncate", FALLOCATE: "fallocate", LOCK: "lock",
         NAME: "rename", MEMORY: "malloc"}
ERRORS = (errno.EIO, errno.ENOSPC, errno.ENOLCK, errno.EMFILE, errno.ENOMEM)
STATE = struct.Struct("<6I12I")


class Faults(Preloaded):
    """A program of which one call fails, when it is told to."""

    def __init__(self):
        super().__init__("faults.so", APITRAIL_MAP_SIZE="4M")
        self.write("faults", bytes(STATE.size))
        self.file = open(self.path("faults"), "r+b")
        self.memory = mmap.mmap(self.file.fileno(), STATE.size)
        self.counted = ()       # calls of each kind, until it was disarmed
        self.variables["FAULTS"] = self.path("faults")

    def __exit__(self, *_):
        self.memory.close()
        self.file.close()
        super().__exit__()

    def arm(self, call, nth, number):
        """From now on the nth such call fails with this errno."""
        self.memory[:] = STATE.pack(call, nth, number, *[0] * 15)

    def disarm(self):
        """Whether one failed."""
        self.counted = STATE.unpack(self.memory)[6:]
        has_failed = self.has_failed()
        self.arm(0, 0, 0)
        return has_failed

    def has_failed(self):
        return STATE.unpack(self.memory)[3] > 0

    def ends(self):
        """How many processes ended by exit, and what they did not free."""
        return STATE.unpack(self.memory)[4:6]
