"""credentials.py - operators, accounts and users of NATS, as `nsc` makes them.

Each has a pair of Ed25519 keys; its claims are signed by the one above it.
"""
import base64
import json
import os
import subprocess
import time

OPERATOR, ACCOUNT, USER, SEED = 14 << 3, 0, 20 << 3, 18 << 3
KEY_BYTES = 32
UNLIMITED = {name: -1 for name in (
    "subs", "data", "payload", "imports", "exports", "conn", "leaf",
    "mem_storage", "disk_storage", "streams", "consumer")}


def checksum(raw):
    """CRC-16 as XMODEM has it."""
    crc = 0
    for byte in raw:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xffff
    return crc.to_bytes(2, "little")


def encode(raw):
    return base64.b32encode(raw + checksum(raw)).decode().rstrip("=")


def url_encode(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def openssl(*words):
    return subprocess.run(["openssl", *words], check=True,
                          capture_output=True).stdout


class Holder:
    """Of a pair of keys, in a folder."""

    def __init__(self, folder, name, kind):
        self.name = name
        self.kind = kind
        self.pem = os.path.join(folder, name + ".pem")
        self.signed = os.path.join(folder, name + ".signed")
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.pem)
        public = openssl("pkey", "-in", self.pem, "-pubout", "-outform",
                         "DER")
        self.public = encode(bytes([kind]) + public[-KEY_BYTES:])

    def seed(self):
        private = openssl("pkey", "-in", self.pem, "-outform", "DER")
        return encode(bytes([SEED | self.kind >> 5, (self.kind & 31) << 3])
                      + private[-KEY_BYTES:])

    def sign(self, holder, **claims):
        """The claims of another one, or of its own, as a JWT."""
        body = ".".join(url_encode(json.dumps(part).encode()) for part in (
            {"typ": "JWT", "alg": "ed25519-nkey"},
            {"jti": holder.name, "iat": int(time.time()), "iss": self.public,
             "sub": holder.public, "name": holder.name,
             "nats": {"version": 2, **claims}}))
        with open(self.signed, "w", encoding="ascii") as file:
            file.write(body)
        return body + "." + url_encode(openssl(
            "pkeyutl", "-sign", "-rawin", "-inkey", self.pem, "-in",
            self.signed))

    def make_user(self, folder, name):
        """The file of a user of this account."""
        user = Holder(folder, name, USER)
        token = self.sign(user, type="user", subs=-1, data=-1, payload=-1)
        path = os.path.join(folder, name + ".creds")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"-----BEGIN NATS USER JWT-----\n{token}\n"
                       "------END NATS USER JWT------\n\n"
                       f"-----BEGIN USER NKEY SEED-----\n{user.seed()}\n"
                       "------END USER NKEY SEED------\n")
        return path


def configuration(folder):
    """Of a server that knows an account, and that account."""
    operator = Holder(folder, "operator", OPERATOR)
    system = Holder(folder, "system", ACCOUNT)
    account = Holder(folder, "account", ACCOUNT)
    limits = {**UNLIMITED, "wildcards": True}
    without = {**limits, "mem_storage": 0, "disk_storage": 0}
    return (f"operator: {operator.sign(operator, type='operator')}\n"
            f"system_account: {system.public}\nresolver: MEMORY\n"
            "resolver_preload: {\n"
            f"{system.public}: "
            f"{operator.sign(system, type='account', limits=without)}\n"
            f"{account.public}: "
            f"{operator.sign(account, type='account', limits=limits)}\n}}\n",
            account)
