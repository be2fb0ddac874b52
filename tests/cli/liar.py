"""liar.py - a server that has the key its invite pins, and lies (docs/protocol.md 6, 7, 9); and invites with something wrong.

    liar.py serve HOW         prints an invite, serves one connection in the way named, ends
    liar.py invite TEXT WHAT  the invite with another pin, secret or port, and the right check
"""
import base64
import datetime
import hashlib
import os
import socket
import ssl
import struct
import sys
import tempfile

import msgpack
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def check(data):
    return hashlib.blake2b(b'chibo1/invite\0' + data, digest_size=32).digest()[:4]


def invite_text(data):
    text = base64.b32encode(data + check(data)).decode().rstrip('=')
    return 'CHIBO1-' + '-'.join(text[i:i + 5] for i in range(0, len(text), 5))


def invite(pin, secret, address):
    return invite_text(bytes([1]) + pin + secret + bytes([len(address)]) + address.encode())


def changed(text, what):
    body = text[7:].replace('-', '')
    data = base64.b32decode(body + '=' * (-len(body) % 8))[:-4]
    pin, secret, address = data[1:17], data[17:33], data[34:].decode()
    if what == 'pin':
        pin = bytes(16)
    elif what == 'secret':
        secret = bytes(16)
    else: # a port that nobody listens on
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            address = '127.0.0.1:%d' % s.getsockname()[1]
    return invite(pin, secret, address)


def frame(kind, payload, form=0x40, n=None):
    return struct.pack('>HBB', len(payload) if n is None else n, kind, form) + payload


def error(number):
    return frame(10, msgpack.packb([number, '']))


ENROLLED = 14
SAYS = {
    'short': lambda: frame(ENROLLED, b'\x90', n=200),
    'long': lambda: frame(ENROLLED, bytes(65535)),
    # one zstd frame: magic, single segment with 8 bytes of content size (2^40), one empty last block
    'bomb': lambda: frame(ENROLLED, b'\x28\xb5\x2f\xfd\xe0' + struct.pack('<Q', 1 << 40) + b'\1\0\0', form=0x41),
    'form': lambda: frame(ENROLLED, b'\x90', form=0x70),
    'body': lambda: frame(ENROLLED, msgpack.packb([b'', b'', b'', b'', b'', b'', b'', 0], use_bin_type=True)),
    'order': lambda: frame(3, msgpack.packb([bytes(16), 0, 0], use_bin_type=True)),
    'busy': lambda: error(16),
    'newer': lambda: error(24),
}


def certificate(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'liar')])
    day = datetime.timedelta(days=1)
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
            .sign(key, None))


def serve(how):
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.NamedTemporaryFile() as f:
        f.write(pem + certificate(key).public_bytes(serialization.Encoding.PEM))
        f.flush()
        context.load_cert_chain(f.name)
    listener = socket.create_server(('127.0.0.1', 0))
    listener.settimeout(60)
    print(invite(hashlib.sha256(spki).digest()[:16], os.urandom(16), '127.0.0.1:%d' % listener.getsockname()[1]),
          flush=True)
    link, _ = listener.accept()
    link.settimeout(60)
    try:
        if how == 'plain':
            link.sendall(b'HTTP/1.1 400 Bad Request\r\n\r\n')
            link.recv(65536)
        else:
            link = context.wrap_socket(link, server_side=True)
            link.recv(65536)
            link.sendall(SAYS[how]())
        link.close()
    except OSError:
        pass # the client has had enough


if sys.argv[1] == 'serve':
    serve(sys.argv[2])
else:
    print(changed(sys.argv[2], sys.argv[3]))
