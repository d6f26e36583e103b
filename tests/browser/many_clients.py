"""Many NBD clients of one gateway, each from an address of its own in 127.0.0.0/8, which makes it a stream: connects, reads
four blocks, leaves. Usage: many_clients.py PORT CLIENTS"""

import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor

BLOCK = 4096
AT_ONCE = 32  # connections; chosen, far below the gateway's bound
STAYS_S = 0.15  # longer than the gateway's interval of 100 ms, so that each is sampled


def take(line, size):
    found = b""
    while len(found) < size:
        part = line.recv(size - len(found))
        if not part:
            raise ConnectionError("the gateway closed the connection")
        found += part
    return found


def request(kind, handle, offset, length):
    return struct.pack(">IHHQQI", 0x25609513, 0, kind, handle, offset, length)


def visit(port, number):
    with socket.socket() as line:
        line.settimeout(30)
        line.bind((f"127.10.{number // 250}.{number % 250 + 1}", 0))
        line.connect(("127.0.0.1", port))
        take(line, 18)
        line.sendall(struct.pack(">I", 3) + b"IHAVEOPT" + struct.pack(">II", 1, 7) + b"scratch")
        take(line, 10)
        for block in range(4):
            line.sendall(request(0, block, block * BLOCK, BLOCK))
            take(line, 16 + BLOCK)
        time.sleep(STAYS_S)
        line.sendall(request(2, 0, 0, 0))


def main():
    port, clients = int(sys.argv[1]), int(sys.argv[2])
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda number: visit(port, number), range(clients)))


if __name__ == "__main__":
    main()
