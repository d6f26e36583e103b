"""Reads Prometheus' text format 0.0.4 strictly and asks a gateway for it. Used by metrics.sh; checks nothing by itself."""

import re
import socket
import urllib.request

LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def parse(text):
    """{(name, labels): value} and {family: type}; raises on whatever the format does not allow."""
    values, types, family = {}, {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert family not in types, f"{family} comes twice"
            types[family] = kind
            continue
        found = LINE.match(line)
        assert found, line
        name, labels, value = found.groups()
        assert name in [family + s for s in SUFFIXES[types[family]]], f"{name} stands below {family}"
        pairs = LABEL.findall(labels or "")
        assert ",".join(f'{k}="{v}"' for k, v in pairs) == (labels or ""), line
        key = (name, frozenset(pairs))
        assert key not in values, f"{key} comes twice"
        values[key] = float(value)
    for (name, labels), value in values.items():
        if name.endswith("_count") and types.get(name[:-6]) == "histogram":
            check_histogram(name[:-6], labels, value, values)
    return values, types


def check_histogram(family, labels, count, values):
    buckets = sorted((float(dict(l)["le"]), v) for (name, l), v in values.items()
                     if name == family + "_bucket" and l - {("le", dict(l)["le"])} == labels)
    assert buckets[-1] == (float("inf"), count), buckets
    assert all(a[1] <= b[1] for a, b in zip(buckets, buckets[1:])), buckets


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers
        return parse(answer.read().decode())


def value(values, name, **labels):
    """The one value of that name with (at least) these labels."""
    found = [v for (n, l), v in values.items() if n == name and set(labels.items()) <= l]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def ask(port, request, wait=20):
    """Whatever comes back for these bytes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as link:
        link.sendall(request)
        answer = b""
        while part := link.recv(65536):
            answer += part
        return answer
