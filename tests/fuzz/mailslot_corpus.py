#!/usr/bin/env python3
"""Writes the first inputs of the mailslot's fuzz targets, one per kind of damage: tests/fuzz/mailslot_corpus.py.

What the fuzzer finds is added by hand beside them. Offsets are those of tests/unit/mailslot_layout_test.cpp.
"""
import os
import struct

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
HEADER, SLOT, SLOTS = 4096, 256, 4
LANE = 192  # of role 1 in the header; 256 bytes each
DEAD, EMPTY = 1, 2


def size(quarter):
    return quarter << 2


def patch(offset, content):
    return struct.pack("<HB", offset, len(content)) + content


def u32(x):
    return struct.pack("<I", x)


def u64(x):
    return struct.pack("<Q", x)


def word(lap, holder, state):
    return u64(lap << 32 | holder << 8 | state)


def slot(lane, index):
    return HEADER + (lane * SLOTS + index) * SLOT


WRITER = 2 << 20 | 1
SEGMENTS = {
    "untouched": bytes([0]),
    "shorter": bytes([size(1)]),
    "longer": bytes([size(40)]),
    "no_magic": bytes([0]) + patch(0, u64(1)),
    "other_version": bytes([0]) + patch(8, u32(99)),
    "sizes_lie": bytes([0]) + patch(16, u32(8) + u32(65536) + u32(1 << 20)),
    "total_lies": bytes([0]) + patch(40, u64(1 << 40)),
    "other_role": bytes([0]) + patch(28, u32(2)),
    "closing": bytes([0]) + patch(48, u32(1)),
    "sleeping": bytes([0]) + patch(64, u32(0xffffffff)),
    "tail_ahead": bytes([EMPTY]) + patch(LANE + 256, u64(3)),
    "tail_far_ahead": bytes([0]) + patch(LANE + 256, u64(1 << 60)),
    "tail_wrapped": bytes([0]) + patch(LANE + 256, u64((1 << 64) - 2)),
    "head_lies": bytes([0]) + patch(LANE + 256 + 64, u64(1 << 50)),
    "room_wanted": bytes([0]) + patch(LANE + 256 + 128, u32(7)),
    "writing_dead": bytes([DEAD]) + patch(slot(1, 0), word(0, WRITER, 1)),
    "writing_alive": bytes([0]) + patch(slot(1, 0), word(0, WRITER, 1)),
    "writing_stranger": bytes([DEAD]) + patch(slot(1, 0), word(0, 3 << 20, 1)),
    "reading": bytes([0]) + patch(slot(1, 1), word(0, WRITER, 3)),
    "no_state": bytes([0]) + patch(slot(1, 1), word(0, WRITER, 200)),
    "next_lap": bytes([0]) + patch(slot(1, 2), word(1, WRITER, 2)),
    "last_lap": bytes([0]) + patch(slot(1, 0), word(0xffffffff, WRITER, 2)),
    "ready_without_message": bytes([EMPTY]) + patch(slot(0, 0), word(0, 1 << 20 | 1, 2)),
    "length_lies": bytes([0]) + patch(slot(1, 0) + 48, u32(0xffffffff)),
    "checksum_lies": bytes([0]) + patch(slot(1, 0) + 60, u32(0)),
    "all_words_ones": bytes([DEAD]) + b"".join(patch(slot(lane, i), b"\xff" * 8) for lane in (0, 1) for i in range(4)),
}


def fragment(total, offset, length, sequence=1, life=1):
    return struct.pack("<IIHBB", total, offset, length + 8, sequence, life)


ASSEMBLER = {
    "whole": fragment(10, 0, 6) + fragment(10, 6, 4),
    "two_mixed": fragment(10, 0, 6) + fragment(4, 0, 3, 2) + fragment(10, 6, 4) + fragment(4, 3, 1, 2),
    "gap": fragment(10, 0, 5) + fragment(10, 6, 4),
    "no_beginning": fragment(10, 4, 2),
    "other_total": fragment(10, 0, 5) + fragment(11, 5, 5),
    "twice": fragment(10, 0, 5) * 2,
    "too_much": fragment(10, 0, 5) + fragment(10, 5, 6),
    "too_large": fragment((64 << 20) + 1, 0, 5),
    "wraps": fragment(0xffffffff, 0xfffffff0, 15),
    "nothing": fragment(10, 0, 0) + struct.pack("<IIHBB", 10, 0, 3, 1, 1),
    "many": b"".join(fragment(64 << 20, 0, 100, i) for i in range(80)),
    "next_life": fragment(10, 0, 5) + fragment(10, 5, 5, 1, 2),
}

for folder, inputs in (("mailslot_segment", SEGMENTS), ("mailslot_assembler", ASSEMBLER)):
    os.makedirs(os.path.join(CORPUS, folder), exist_ok=True)
    for name, content in inputs.items():
        with open(os.path.join(CORPUS, folder, name), "wb") as out:
            out.write(content)
