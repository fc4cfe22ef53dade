#!/usr/bin/env python3
"""test_doctor_web.py - apitrail doctor asks a web server that knows TLS alone.

The nginx of contrib, with certificates that were made a moment ago.
"""
import sys

sys.dont_write_bytecode = True

import json
import os
import shutil
import subprocess

import doors
import fixture
import tap

HERE = "/CN=127.0.0.1"
CERTIFICATES = {
    # By the name of each: the subject, and what it is for.
    "own": (HERE, "IP:127.0.0.1"),
    "other": ("/CN=api.example.org", "DNS:api.example.org"),
}


def make_certificates():
    for name, (subject, alternative) in CERTIFICATES.items():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", subject, "-addext", "subjectAltName=" + alternative,
             "-keyout", STORE.path(name + ".key"), "-out",
             STORE.path(name + ".pem")], check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.chmod(STORE.path(name + ".pem"), 0o644)


def tls_door(certificate):
    """nginx with one of the certificates, and no port without TLS."""
    class TlsDoor(doors.NginxDoor):
        def write(self, name, text):
            listen = f"listen 127.0.0.1:{self.port}"
            path = STORE.path(certificate)
            return super().write(name, text.replace(
                listen + ";", f"{listen} ssl;\n\tssl_certificate {path}.pem;"
                f"\n\tssl_certificate_key {path}.key;"))
    return TlsDoor(STORE)


def web_finding(url, **variables):
    """What a doctor says of it: state, finding and mend."""
    done = STORE.try_cli("doctor", "--json", "--url", url, **variables)
    for check in json.loads(done.stdout)["checks"]:
        if check["check"] == "web server":
            return check["state"], check["finding"], check["mend"] or ""
    raise AssertionError(done.stdout)


def expect(results, name, found, state, finding, mend):
    results.expect(name, found[0] == state and finding in found[1] and
                   mend in found[2], str(found))


def trusting(certificate):
    return {"CURL_CA_BUNDLE": STORE.path(certificate + ".pem")}


def a_web_server_with_tls_is_asked(results):
    with tls_door("own") as door:
        url = f"https://127.0.0.1:{door.port}"
        for slash in ("", "/"):
            expect(results, f"the responder answers at https://...{slash}",
                   web_finding(url + slash, **trusting("own")), "good",
                   "the responder answers at " + url, "")
        expect(results, "a certificate that nobody knows is refused",
               web_finding(url), "wrong", "self-signed certificate",
               "CURL_CA_BUNDLE")
        expect(results, "who is trusted must be in a file",
               web_finding(url, **trusting("none")), "wrong",
               "no answer over TLS", "CURL_CA_BUNDLE is to name a file")
        expect(results, "a prefix that nobody answers at is told",
               web_finding(url + "/api", **trusting("own")), "wrong",
               "answers 404", "APITRAIL_PREFIX")
        expect(results, "at a port of TLS, https:// is advised",
               web_finding(f"http://127.0.0.1:{door.port}"), "wrong",
               "answers 400", "ask https://")
        expect(results, "without curl it is told what is missing",
               web_finding(url, PATH=STORE.folder), "wrong",
               "does not start: No such file", "install curl")
        expect(results, "proxies and the user's own curlrc are passed by",
               web_finding(url, HOME=curl_home(), https_proxy="127.0.0.1:1",
                           **trusting("own")), "good", url, "")
        door.responder.stop()
        expect(results, "a responder that is away is told",
               web_finding(url, **trusting("own")), "wrong", "answers 502",
               "start it")
    expect(results, "a web server that is away is told", web_finding(url),
           "wrong", "nobody can be reached", "start the web server")


def curl_home():
    """A home whose settings would send all elsewhere."""
    with open(STORE.path(".curlrc"), "w", encoding="ascii") as file:
        file.write("url = http://127.0.0.1:1/\nfail\n")
    return STORE.folder


def another_name_is_refused(results):
    with tls_door("other") as door:
        expect(results, "a certificate for another name is refused",
               web_finding(f"https://127.0.0.1:{door.port}",
                           **trusting("other")), "wrong", "127.0.0.1",
               "one for this name")


def a_port_without_tls_is_told(results):
    with doors.NginxDoor(STORE) as door:
        expect(results, "https:// at a port without TLS is told",
               web_finding(f"https://127.0.0.1:{door.port}"), "wrong",
               "no answer over TLS", "speak TLS at this port")


def main():
    missing = [tool for tool in ("curl", "nginx", "openssl")
               if shutil.which(tool) is None]
    if missing:
        results = tap.Tap()
        results.skip("a doctor over TLS", f"no {' '.join(missing)} here")
        sys.exit(results.end())
    make_certificates()
    tap.run([a_web_server_with_tls_is_asked, another_name_is_refused,
             a_port_without_tls_is_told])


with fixture.Fixture() as STORE:
    main()
