"""The servers that are compared, each with the settings its manual gives for this. How they are started, not measured."""

import json
import os
import socket

import place as places

NBDKIT_THREADS = "16"  # its default, said so that it is known
# A limit that nothing here reaches: shaping is on, and never holds anything back.
UNREACHED = 'iops=100000000\nbandwidth="1000GB/s"\n'


def gateway(place, transport="unix", limits=UNREACHED, groups="", volumes=("disk",)):
    """sluice-gateway, without a server. `limits` are lines of each volume's section."""
    address = place.new_address(transport)
    listen = f"unix:{address}" if transport == "unix" else address
    size = places.DISK_BYTES // len(volumes)
    text = f'[gateway]\nname="gw-bench"\nlisten=["{listen}"]\n[control]\nserver=""\n'
    text += f'[backend.disk]\nkind="file"\npath="{place.disk}"\n'
    for i, name in enumerate(volumes):
        text += f'[volume.{name}]\nbackend="disk"\noffset="{i * size}B"\nsize="{size}B"\n{limits}'
    ini = place.write("gateway.ini", text + groups)
    return place.serve([place.binary("sluice-gateway"), f"--config-file={ini}"], address, volumes[0])


def nbdkit(place, transport="unix", rate_bits=None, rate_file=None):
    """nbdkit's file plugin, with its rate filter if a rate is given [bits per second]."""
    address = place.new_address(transport)
    where = ["-U", address] if transport == "unix" else ["-i", "127.0.0.1", "-p", address.rsplit(":", 1)[1]]
    command = ["nbdkit", "-f", "-t", NBDKIT_THREADS, *where]
    if rate_bits is not None:
        command.append("--filter=rate")
    command += ["file", place.disk]
    if rate_bits is not None:
        command.append(f"rate={rate_bits}")
    if rate_file:
        command.append(f"rate-file={rate_file}")
    return place.serve(command, address, "")


def nbd_server(place, transport="unix"):
    """nbd-server for one connection: without -d it would leave this process and outlive it. It always listens on TCP,
    too."""
    address, tcp = place.new_address(transport), place.new_address("tcp")
    port = tcp if transport == "unix" else address
    text = f"[generic]\nlistenaddr=127.0.0.1\nport={port.rsplit(':', 1)[1]}\n"
    text += f"unixsock={address}\n" if transport == "unix" else ""
    config = place.write("nbd-server.conf", text + f"[disk]\nexportname={place.disk}\n")
    return place.serve(["nbd-server", "-d", "-C", config], address, "disk")


class StorageDaemon:
    """A running qemu-storage-daemon: a server whose throttle group can be changed."""

    def __init__(self, server, monitor):
        self.server, self._monitor = server, socket.socket(socket.AF_UNIX)
        self._monitor.connect(monitor)
        self._lines = self._monitor.makefile("r")
        self._lines.readline()  # the greeting
        self._ask("qmp_capabilities")

    def _ask(self, command, **arguments):
        self._monitor.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while "return" not in (answer := json.loads(self._lines.readline())):
            if "error" in answer:
                raise places.Missing(f"qemu-storage-daemon refuses {command}: {answer['error']}")

    def set_limits(self, **limits):
        self._ask("qom-set", path="/objects/shared", property="limits", value=limits)

    def stop(self):
        self._lines.close()
        self._monitor.close()
        self.server.stop()


def storage_daemon(place, transport="unix", limits=None, volumes=("disk",), monitor=None):
    """qemu-storage-daemon with io_uring and the page cache, as all others; with `limits` every volume is behind a
    throttle filter of one group."""
    address = place.new_address(transport)
    host, _, port = address.rpartition(":")
    where = f"addr.type=unix,addr.path={address}" if transport == "unix" else f"addr.type=inet,addr.host={host},addr.port={port}"
    command = ["qemu-storage-daemon", "--nbd-server", where]
    if monitor:
        command += ["--chardev", f"socket,id=qmp,path={monitor},server=on,wait=off", "--monitor", "chardev=qmp"]
    if limits is not None:
        command += ["--object", json.dumps({"qom-type": "throttle-group", "id": "shared", "limits": limits})]
    command += ["--blockdev", f"driver=file,node-name=file,filename={place.disk},aio=io_uring,cache.direct=off"]
    size = places.DISK_BYTES // len(volumes)
    writable = "on" if len(volumes) == 1 else "off"
    for i, name in enumerate(volumes):
        node = "file"
        if len(volumes) > 1:
            command += ["--blockdev", f"driver=raw,node-name=slice-{name},file=file,offset={i * size},size={size},read-only=on"]
            node = f"slice-{name}"
        if limits is not None:
            command += ["--blockdev", f"driver=throttle,node-name=limited-{name},throttle-group=shared,file={node}"
                        + (",read-only=on" if len(volumes) > 1 else "")]
            node = f"limited-{name}"
        command += ["--export", f"type=nbd,id=export-{name},node-name={node},name={name},writable={writable}"]
    return place.serve(command, address, volumes[0])


def replace(path, text):
    """Atomically, as nbdkit's manual asks for."""
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)
