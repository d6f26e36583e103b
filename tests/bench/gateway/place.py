"""Where a run of the benchmark lives: its directory in memory, its processes, their cores and their end."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time

PREFIX = "sluice-bench-"  # as tests/bench/transport: the next run of either removes what a dead one left
SERVER_CORE, CLIENT_CORE = 0, 1
PATIENCE = 20  # seconds until a server listens, or has ended
DISK_BYTES = 256 << 20
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
# A process of its own that outlives this one: when its standard input ends it ends the instance and removes all files.
GUARD = 'cat >/dev/null; [ ! -d "$1/var" ] || SLUICE_VAR=$1/var deploy/down >/dev/null 2>&1; rm -rf "$1"'
LISTENS_UNIX, LISTENS_TCP = "00010000", "0A"  # in /proc/net

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """Something the benchmark needs is not there, or does not work: exit code 3."""


def _in_child(core):
    def prepare():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if core is not None:
            os.sched_setaffinity(0, {core})
    return prepare


def _listening(address):
    if address.startswith("/"):
        with open("/proc/net/unix", encoding="ascii") as table:
            return any(row[3] == LISTENS_UNIX and row[-1] == address for row in map(str.split, table))
    port = int(address.rsplit(":", 1)[1])
    with open("/proc/net/tcp", encoding="ascii") as table:
        next(table)
        return any(row[3] == LISTENS_TCP and int(row[1].split(":")[1], 16) == port for row in map(str.split, table))


class Server:
    """A running process and where it listens."""

    def __init__(self, process, address, volume, log):
        self.process, self.address, self.volume, self.log = process, address, volume, log

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Place:
    """The directory of one run, and what it starts. A guard removes both, however this process ends."""

    def __init__(self, binaries, with_disk=True):
        self.binaries = os.path.abspath(binaries)
        self._remove_dead()
        self.directory = f"/dev/shm/{PREFIX}{os.getpid()}"
        os.mkdir(self.directory)
        self._guard = subprocess.Popen(["bash", "-c", GUARD, "guard", self.directory], stdin=subprocess.PIPE, cwd=ROOT,
                                       start_new_session=True)
        self.disk = self.path("disk")
        self._count = 0
        if with_disk:
            subprocess.run([self.binary("sluice-bench-gateway-load"), "--make-disk", self.disk, str(DISK_BYTES)], check=True)

    @staticmethod
    def _remove_dead():
        for name in os.listdir("/dev/shm"):
            owner = name[len(PREFIX):].split("-")[0]
            if name.startswith(PREFIX) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
                shutil.rmtree(f"/dev/shm/{name}", ignore_errors=True)

    def remove(self):
        self._guard.communicate()

    def binary(self, name):
        return os.path.join(self.binaries, name)

    def path(self, name):
        return os.path.join(self.directory, name)

    def new_path(self, name):
        """A path that nobody had before."""
        self._count += 1
        return self.path(f"{self._count}-{name}")

    def new_address(self, transport):
        """Where a server may listen: a Unix socket's path, or a port that is free now."""
        if transport == "unix":
            return self.new_path("nbd")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"127.0.0.1:{probe.getsockname()[1]}"

    def write(self, name, text):
        path = self.new_path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, command, core=None, **more):
        """A child that dies with this process, its output in a log."""
        log = self.new_path(os.path.basename(command[0]) + ".log")
        with open(log, "wb") as output:
            more.setdefault("stdin", subprocess.DEVNULL)
            more.setdefault("stdout", output)
            return subprocess.Popen(command, stderr=output, preexec_fn=_in_child(core), **more), log

    def serve(self, command, address, volume, **more):
        """A server on the servers' core; returns when it listens. Asks the kernel: one that ends with its first
        connection must not be tried."""
        process, log = self.start(command, SERVER_CORE, **more)
        deadline = time.monotonic() + PATIENCE
        while not _listening(address):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                with open(log, encoding="utf-8", errors="replace") as text:
                    raise Missing(f"{command[0]} does not serve: {text.read().strip()[-500:]}")
            time.sleep(0.005)
        return Server(process, address, volume, log)
