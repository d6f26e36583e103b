#!/bin/bash
# Nonsense instead of NBD, at each stage of the conversation: that connection is dropped or answered with an error, the
# gateway goes on, and a silent client does not stay for ever.
source "$(dirname "$0")/setup.sh"
require nbdinfo
start_gateway tcp <<INI
handshake-time=1s
[backend.disk]
kind="memory"
size="1MiB"
[volume.vol]
backend="disk"
INI
uri=$(volume_uri vol)

/usr/bin/python3 - "$nbd_port" <<'PYTHON'
import os, random, socket, struct, sys

PORT = int(sys.argv[1])
IHAVEOPT, OPTION_REPLY = 0x49484156454F5054, 0x3E889045565A9
GO, EXPORT_NAME = 7, 1
REQUEST, REPLY = 0x25609513, 0x67446698


def connect():
    peer = socket.create_connection(("127.0.0.1", PORT), timeout=10)
    greeting = exactly(peer, 18)
    assert greeting[:16] == struct.pack(">QQ", 0x4E42444D41474943, IHAVEOPT), greeting
    return peer


def exactly(peer, count):
    data = b""
    while len(data) < count:
        piece = peer.recv(count - len(data))
        if not piece:
            raise EOFError(f"{len(data)} of {count} bytes")
        data += piece
    return data


def is_dropped(peer):
    """The server must end the connection within the socket's time-out; what it says before does not matter."""
    try:
        while peer.recv(65536):
            pass
    except ConnectionError:
        pass
    peer.close()


def send(peer, data):
    try:
        peer.sendall(data)
    except ConnectionError:
        pass  # dropped already


def option(number, data=b""):
    return struct.pack(">QII", IHAVEOPT, number, len(data)) + data


def in_transmission():
    peer = connect()
    peer.sendall(struct.pack(">I", 3) + option(EXPORT_NAME, b"vol"))
    exactly(peer, 10)
    return peer


def request(kind, offset, length, flags=0, cookie=7):
    return struct.pack(">IHHQQI", REQUEST, flags, kind, cookie, offset, length)


def error_of(peer):
    magic, error, cookie = struct.unpack(">IIQ", exactly(peer, 16))
    assert (magic, cookie) == (REPLY, 7), (hex(magic), cookie)
    return error


random.seed(20261122)
for size in (1, 4, 100, 100_000):  # noise from the beginning
    peer = connect()
    send(peer, random.randbytes(size))
    is_dropped(peer)
peer = connect()  # client flags that nobody knows
send(peer, struct.pack(">I", 0xFFFFFFFF))
is_dropped(peer)
peer = connect()  # wrong magic of an option
send(peer, struct.pack(">I", 3) + struct.pack(">QII", 1, GO, 0))
is_dropped(peer)
peer = connect()  # an option of 4 GiB
send(peer, struct.pack(">I", 3) + struct.pack(">QII", IHAVEOPT, GO, 0xFFFFFFFF) + bytes(1000))
is_dropped(peer)
peer = connect()  # an unknown volume by EXPORT_NAME, which has no error reply
send(peer, struct.pack(">I", 3) + option(EXPORT_NAME, b"nobody"))
is_dropped(peer)
is_dropped(connect())  # silence: handshake-time

peer = connect()  # unknown options and malformed GO are answered, the conversation goes on
peer.sendall(struct.pack(">I", 3))
for number, data in ((9999, b"abc"), (GO, b""), (GO, struct.pack(">I", 500) + b"vol"),
                     (GO, struct.pack(">I", 3) + b"vol" + struct.pack(">H", 9))):
    peer.sendall(option(number, data))
    magic, echoed, kind, length = struct.unpack(">QIII", exactly(peer, 20))
    exactly(peer, length)
    assert (magic, echoed) == (OPTION_REPLY, number) and kind >= 1 << 31, (number, data, hex(kind))
peer.sendall(option(EXPORT_NAME, b"vol"))
size, = struct.unpack(">Q", exactly(peer, 10)[:8])
assert size == 1 << 20, size
peer.close()

peer = in_transmission()  # mistakes of requests are answered one by one
for mistake in (request(99, 0, 512), request(0, 0, 512, flags=1 << 9), request(0, (1 << 20) - 256, 512),
                request(0, 1 << 63, 512), request(4, 0, 1 << 31)):
    peer.sendall(mistake)
    assert error_of(peer) in (22, 28), mistake
peer.sendall(request(0, 0, 512))
assert error_of(peer) == 0
exactly(peer, 512)
peer.close()
peer = in_transmission()  # wrong magic of a request
send(peer, b"\0" * 28)
is_dropped(peer)
peer = in_transmission()  # a write larger than allowed, of which only the beginning comes
send(peer, request(1, 0, 0xFFFFFFFF) + bytes(100_000))
peer.shutdown(socket.SHUT_WR)
is_dropped(peer)
peer = in_transmission()  # half a request, then nothing
peer.sendall(request(1, 0, 4096) + bytes(100))
peer.shutdown(socket.SHUT_WR)
is_dropped(peer)
PYTHON
still_serves
stop_gateway
