"""A real HTTPS server for the tests: a bank with an authority made for it, and its own checks."""

import base64
import hashlib
import hmac
import json
import re
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates, which it puts into a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self.path = folder / "ca.pem"
        self.path.write_bytes(self._sign(self.name, self.key, ca=True).public_bytes(PEM))

    def issue(self, name):
        """Write NAME.pem and NAME.key; returns both paths."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate, secret = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(self._sign(subject, key, ca=False).public_bytes(PEM))
        secret.write_bytes(private_pem(key))
        return certificate, secret

    def _sign(self, subject, key, *, ca):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        if ca:
            usage = x509.KeyUsage(
                digital_signature=True, key_cert_sign=True, crl_sign=True,
                content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, encipher_only=False, decipher_only=False,
            )  # fmt: skip
            builder = builder.add_extension(usage, critical=True)
        else:
            names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, SHA256())


def private_pem(key):
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Bank:
    """What the bank has, what it was asked, and how it is to behave."""

    def __init__(self):
        self.files = {}
        self.arrivals = {}
        self.asked = []
        self.verify = None
        self.status = None
        self.drop_after_taking = False
        self.always_conflicts = False
        self.says = "content"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bank: Bank

    def log_message(self, format, *args):
        """Say nothing: a test says what it found."""

    def handle_any(self):
        bank, path = self.bank, unquote(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        bank.asked.append((self.command, path, dict(self.headers)))
        if bank.verify and not verified(self, body, bank.verify):
            return self.answer(401)
        if bank.status:
            return self.answer(bank.status)
        return self.answer(*self.done(bank, path, body))

    def done(self, bank, path, body):
        folder, _, name = path.removeprefix("/v1/").partition("/")
        if self.command == "POST":
            name = unquote(self.headers["Content-Disposition"].rpartition("''")[2])
        if self.command in ("PUT", "POST"):
            known = bank.files.setdefault(name, body)
            if bank.drop_after_taking:
                self.connection.close()
                return (0,)
            fine = known == body and not bank.always_conflicts
            return (201,) if fine else (409,)
        store = bank.files if folder == "files" else bank.arrivals
        if not name:
            return 200, json.dumps(list(store)).encode()
        if name not in store:
            return (404,)
        if self.command == "DELETE":
            del store[name]
            return (204,)
        hidden = self.command == "GET" and folder == "files" and bank.says == "nothing"
        return (405,) if hidden else (200, store[name])

    def answer(self, status, body=b""):
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.command == "HEAD" and self.bank.says in DIGESTS:
            self.send_header("Repr-Digest", DIGESTS[self.bank.says](body))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


DIGESTS = {"digest": _digest, "nonsense": lambda _: "sha-256=:%%%:"}


for _method in ("GET", "PUT", "POST", "DELETE", "HEAD"):
    setattr(_Handler, f"do_{_method}", _Handler.handle_any)


def verified(request, body, verify):
    """Check a request as RFC 9421 says, with a reading of it that is not ours."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    if request.headers["Content-Digest"] != f"sha-256=:{digest}:":
        return False
    label, _, parameters = request.headers["Signature-Input"].partition("=")
    host, path = request.headers["Host"], request.path
    covered = {
        "@method": request.command,
        "@target-uri": f"https://{host}{path}",
        "content-digest": request.headers["Content-Digest"],
    }
    names = re.findall(r'"([^"]+)"', parameters.partition(")")[0])
    lines = [f'"{name}": {covered[name]}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
    signature = request.headers["Signature"].removeprefix(f"{label}=:").removesuffix(":")
    return verify(base64.b64decode(signature), base)


def hmac_check(secret):
    return lambda signature, base: hmac.compare_digest(
        signature, hmac.new(secret, base, hashlib.sha256).digest()
    )


def rsa_check(key):
    return _raising(
        lambda signature, base: key.verify(signature, base, padding.PKCS1v15(), SHA256())
    )


def ed25519_check(key):
    return _raising(key.verify)


def ecdsa_check(key):
    def check(signature, base):
        numbers = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key.verify(encode_dss_signature(*numbers), base, ec.ECDSA(SHA256()))

    return _raising(check)


def _raising(check):
    def verify(signature, base):
        check(signature, base)
        return True

    return verify


@contextmanager
def served(bank, authority, *, client_certificates):
    """Run the bank; yields its port."""
    certificate, key = authority.issue("server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if client_certificates:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.path)
    handler = type("Handler", (_Handler,), {"bank": bank})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # Clients that are refused end the connection.
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
