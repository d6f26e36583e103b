"""One run of a scenario's clients on the real system, and what came of it."""

import datetime
import os
import time

import clients
import instance as instances
import reaction
from place import Missing

LEAD = 0.3  # seconds from the decision to begin to the first client's start


def _moment_ms(line):
    """A log line's time [ms since 1970]."""
    return datetime.datetime.fromisoformat(line.split(" ", 1)[0]).timestamp() * 1000


class Run:
    """What the clients saw: {client: requests}; what was changed when; what the core's log said meanwhile."""

    def __init__(self, requests, volumes, changed, core_log, backend_latency_ms):
        self.requests, self.changed, self.backend_latency_ms = requests, changed, backend_latency_ms
        self._volumes, self._core_log = volumes, core_log
        self.deficits = [_moment_ms(line) for line in core_log if " capacity-deficit " in line]

    def rebuilt_s(self):
        """From the core's being ready, after a restart during the run, to its first throttles or renewals; None = never."""
        ready = None
        for line in self._core_log:
            if " ready " in line and ready is None:
                ready = _moment_ms(line)
            elif ready is not None and " planned " in line and not line.endswith("throttles=0 renewals=0"):
                return (_moment_ms(line) - ready) / 1000
        return None

    def began(self, client):
        """When its first request was issued [ms since 1970]."""
        return min(at - latency for at, latency in self.requests[client][:1000])

    def ended(self):
        """When the first client had its last answer [ms since 1970]."""
        return min(x[-1][0] for x in self.requests.values())

    def commands(self, first_ms, last_ms):
        """{stream: throttles sent to it}; the run's own streams, not those that are still released from one before."""
        sent = reaction.commands(self._core_log, first_ms, last_ms, _moment_ms)
        return {stream: count for stream, count in sent.items() if stream.split("/")[1] in self._volumes}


def _change(instance, device, what, value):
    """`limit` a device's rate, `restart` a killed process, or let the performance monitor stand still for so many seconds."""
    if what == "limit":
        instance.devices.limit(device, value)
    elif what == "restart":
        instance.restart(value)
    else:
        instance.stand_still("performance-monitor", value)


def play(scenario, variant, quick, place, instance):
    """Runs the clients of a variant; raises Missing when a client fails."""
    asked = scenario.clients(quick)[variant]
    directory = place.new_path(f"{scenario.key}-{variant}")
    os.mkdir(directory)
    lines_before = len(instance.log("sla-core"))
    begin = time.monotonic() + LEAD
    todo = [(client.start, "start", client) for client in asked]
    todo += [(at, "change", change) for at, *change in scenario.changes]
    todo += [(at, "look", None) for at in (scenario.latency_from, min(x.stop for x in asked) - 0.5) if scenario.latency_from]
    started, changed, looks = [], [], []
    for at, what, which in sorted(todo, key=lambda x: x[0]):
        time.sleep(max(0.0, begin + at - time.monotonic()))
        if what == "start":
            started.append((which, clients.start(which, place, directory, instance.address, instances.SLICE_BYTES)))
        elif what == "change":
            changed.append(time.time() * 1000)
            _change(instance, scenario.device.name, *which)
        else:
            looks.append(instance.backend_latency(scenario.volumes()))
    requests = {}
    for client, process in started:
        if process.wait(client.stop + 30) != 0:
            raise Missing(f"fio ended with {process.returncode}: see its log in {directory}")
        try:
            requests[client.name] = clients.requests_of(client, directory)
        except (OSError, ValueError) as problem:
            raise Missing(f"scenario {scenario.number}, {variant}: {problem}") from None
        if not requests[client.name]:
            raise Missing(f"scenario {scenario.number}, {variant}: {client.name} got no answer")
    latency = None
    if looks:
        seconds, count = (after - before for before, after in zip(*looks))
        latency = 1000 * seconds / count if count else None
    return Run(requests, scenario.volumes(), changed, instance.log("sla-core")[lines_before:], latency)
