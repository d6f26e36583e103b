"""Runs a program to which the kernel refuses io_uring with EPERM, as container profiles do: without_io_uring.py PROGRAM..."""

import ctypes
import os
import struct
import sys

IO_URING_SETUP = 425  # the same number on every architecture but alpha
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
EPERM = 1


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("rules", ctypes.c_char_p)]


def rule(code, jump_true, jump_false, value):
    return struct.pack("=HBBI", code, jump_true, jump_false, value)


LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
rules = (rule(LOAD_NUMBER, 0, 0, 0) + rule(JUMP_IF_EQUAL, 0, 1, IO_URING_SETUP)
         + rule(RETURN, 0, 0, 0x00050000 | EPERM) + rule(RETURN, 0, 0, 0x7FFF0000))
libc = ctypes.CDLL(None, use_errno=True)
program = Filter(len(rules) // 8, rules)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
        libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
    sys.exit("cannot set the filter: " + os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[1], sys.argv[1:])
