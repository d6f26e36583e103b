#!/usr/bin/env python3
"""Verifies an export, written from actors/evidence/README.md alone: shares no code with Sluice.

The signatures are checked by libsodium through ctypes, because Python's own library has no Ed25519."""

import ctypes.util
import hashlib
import sys

sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def signed(key, message, signature):
    key, signature = bytes.fromhex(key), bytes.fromhex(signature)
    return sodium.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)), key) == 0


def root_of(chain, position, digest, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    now = hashlib.sha256(b"\0" + b"\t".join((chain, position, digest)) + b"\n").digest()
    index, last = int(index), int(size) - 1
    for sibling in [bytes.fromhex(x.decode()) for x in path.split(b",") if x]:
        if index % 2 == 1 or index == last:
            now = hashlib.sha256(b"\1" + sibling + now).digest()
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            now = hashlib.sha256(b"\1" + now + sibling).digest()
        index, last = index // 2, last // 2
    assert last == 0, "the path is too short"
    return now.hex().encode()


def verify(lines):
    roots, trees, heads, hashed, verdicts = {}, {}, {}, hashlib.sha256(), 0
    for number, line in enumerate(lines, 1):
        kind, *f = line[:-1].split(b"\t")
        try:
            assert line.endswith(b"\n"), "the line is cut off"
            if number == 1:
                assert line == b"sluice-evidence 1\n", "this is no export"
            elif kind == b"agreement":
                name = f[0]
            elif kind == b"period":
                period = f[0], f[1]
            elif kind == b"root":
                day, root, key, signature = (x.decode() for x in f)
                assert signed(key, b"sluice-root\t%s\t%s\n" % (f[0], f[1]), signature), "wrong signature of a root"
                roots[f[0]] = f[1]
            elif kind == b"leaf":
                day, chain, position, digest, index, size, path = f
                assert root_of(chain, position, digest, index, size, path) == roots[day], "not in its root"
                if chain == b"verdicts/" + name:
                    heads[position] = digest
                else:
                    trees[day, chain] = digest
            elif kind in (b"ledger", b"decision"):
                position, before, digest, day, index, size, path, content = line[:-1].split(b"\t", 8)[1:]
                assert sha256(before + b"\n" + content + b"\n").encode() == digest, "wrong hash"
                chain = b"ledger" if kind == b"ledger" else b"decisions"
                if day:
                    assert root_of(chain, position, digest, index, size, path) == trees[day, chain + b"/entries"], "not in its tree"
            elif kind in (b"start", b"chain"):
                if kind == b"chain":
                    content = line[:-1].split(b"\t", 3)[3]
                    assert int(f[0]) == at + 1, "an entry is missing"
                    assert sha256(last + b"\n" + content + b"\n").encode() == f[1], "wrong hash"
                    verdicts += period[0] <= f[6] < period[1]
                at, last = int(f[0]), f[1]
                assert heads.pop(f[0], last) == last, "not what a root commits to"
            elif kind == b"end":
                assert number == len(lines) and not heads, "the end comes too early"
                assert hashed.hexdigest().encode() == f[0], "wrong SHA-256"
                assert signed(f[1].decode(), b"sluice-evidence\t%s\n" % f[0], f[2].decode()), "wrong signature of the file"
                return "right: %s, %d verdicts, %d roots" % (name.decode(), verdicts, len(roots))
            hashed.update(line)
        except (AssertionError, KeyError, IndexError, ValueError, UnboundLocalError) as wrong:
            return "wrong: line %d: %s" % (number, wrong)
    return "wrong: the end is missing"


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(verify(file.readlines()))
