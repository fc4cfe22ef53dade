"""damage_image.py - a store's files, to be damaged and mended again."""
import collections
import os

PAGE_BYTES = 4096
HEADER_BYTES = 16
PAGE_KINDS = {0x01: "branch", 0x02: "leaf", 0x04: "overflow", 0x08: "meta"}
FLIPS_MAX = 8


class Image:
    """The store's files as they were, and how to damage and to mend them."""

    def __init__(self, folder, rng):
        self.folder = folder
        self.rng = rng
        self.files = {}
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.endswith((".sock", ".lock")) or name == "pepper":
                continue
            with open(path, "rb") as file:
                self.files[name] = file.read()
        whole = self.files["data.mdb"]
        self.data_bytes = len(whole)
        # Behind the last page in use there is nothing.
        self.files["data.mdb"] = whole.rstrip(b"\0")
        self.regions = self.find_regions()

    def find_regions(self):
        """Places of pages by what they are, and the other files."""
        regions = collections.defaultdict(list)
        content = self.files["data.mdb"]
        for at in range(0, len(content), PAGE_BYTES):
            flags = int.from_bytes(content[at + 10:at + 12], "little")
            kind = PAGE_KINDS.get(flags & 0x0f, "free")
            regions[kind].append(("data.mdb", at))
        for name in self.files:
            if name != "data.mdb":
                regions[name].append((name, 0))
        return dict(regions)

    def damage(self, region):
        """Does something to a place of the region; says what."""
        name, at = self.rng.choice(self.regions[region])
        content = self.files[name]
        page = bytearray(content[at:at + PAGE_BYTES])
        kind = self.rng.choice(("flip", "flip", "header", "zero", "fill",
                                "exchange", "cut"))
        if not page or kind == "cut":
            length = at + self.rng.randrange(len(page) + 1)
            os.truncate(os.path.join(self.folder, name), length)
            return f"{name} cut at {length}"
        before = bytes(page)
        if kind == "flip":
            self.flip(page, len(page))
        elif kind == "header":
            self.flip(page, min(HEADER_BYTES, len(page)))
        elif kind == "zero":
            page = bytes(len(page))
        elif kind == "fill":
            page = self.rng.randbytes(len(page))
        else:
            # As a write that went to a wrong place.
            _, other = self.rng.choice(self.regions[region])
            page = content[other:other + len(page)]
        self.write(name, at, page)
        first = next((place for place, (old, new) in
                      enumerate(zip(before, page)) if old != new), None)
        return f"{name} at {at} + {first} ({region}): {kind}"

    def flip(self, page, size):
        for _ in range(self.rng.randint(1, FLIPS_MAX)):
            page[self.rng.randrange(size)] ^= 1 << self.rng.randrange(8)

    def write(self, name, at, content):
        path = os.path.join(self.folder, name)
        with open(path, "r+b", buffering=0) as file:
            file.seek(at)
            file.write(content)

    def mend(self, name):
        content = self.files[name]
        self.write(name, 0, content)
        os.truncate(os.path.join(self.folder, name), self.data_bytes
                    if name == "data.mdb" else len(content))
