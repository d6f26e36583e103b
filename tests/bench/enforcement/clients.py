"""The clients: unmodified fio processes, and what they saw."""

import dataclasses
import json
import os

import windows

RATE_OF_A_JOB = 250  # IOPS that one open-loop job asks for
BLOCK = 4096


@dataclasses.dataclass
class Client:
    """One fio. With a rate it asks at it (open loop), by chance or evenly; without, each of its jobs keeps `depth` requests out.
    A job's poisson rate is a job's own: before it sleeps until its next request fio waits for those that are out, hence many
    jobs of a low rate. Times are seconds from the beginning of the run."""

    name: str
    volumes: list
    start: float
    stop: float
    rate: int = 0
    evenly: bool = False
    jobs: int = 1
    depth: int = 32
    options: tuple = ()

    def command(self, address, size):
        seconds = self.stop - self.start
        common = ["fio", f"--output={self.name}.json", "--output-format=json", "--ioengine=nbd", "--rw=randread", f"--bs={BLOCK}",
                  f"--size={size}", "--thread", "--group_reporting", "--time_based", f"--runtime={seconds:.1f}", "--randrepeat=0",
                  f"--write_lat_log={self.name}", "--disable_slat=1", "--disable_clat=1", "--log_avg_msec=0",
                  "--log_unix_epoch=1", "--per_job_logs=0", f"--iodepth={self.depth}"]
        jobs = self.jobs
        if self.rate:
            jobs = max(1, round(self.rate / RATE_OF_A_JOB))
            common += [f"--rate_iops={round(self.rate / jobs)}", f"--rate_process={'linear' if self.evenly else 'poisson'}"]
        common += [f"--numjobs={jobs}", *self.options]
        for volume in self.volumes:
            common += [f"--name={volume}", f"--uri=nbd://{address}/{volume}"]
        return common


def start(client, place, directory, address, size):
    return place.start(client.command(address, size), cwd=directory)[0]


def requests_of(client, directory):
    """What it saw, in order; raises ValueError if it saw an error."""
    with open(os.path.join(directory, f"{client.name}.json"), encoding="utf-8") as file:
        text = file.read()
    jobs = json.loads(text[text.index("{"):])["jobs"]  # fio says some things before
    if any(job["error"] for job in jobs):
        raise ValueError(f"{client.name} saw an I/O error")
    return windows.read_log(os.path.join(directory, f"{client.name}_lat.log"))
