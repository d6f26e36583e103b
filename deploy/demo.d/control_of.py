"""Prints how the stream of a volume is controlled, by the API's list of streams on standard input.

Usage: control_of.py VOLUME SINCE     (SINCE: ms since 1970; a stream that was last heard of before prints nothing)
"""

import datetime
import json
import sys

volume, since_ms = sys.argv[1], int(sys.argv[2])
try:
    streams = json.load(sys.stdin)["items"]
except (ValueError, KeyError):
    sys.exit(0)
for stream in streams:
    heard = datetime.datetime.fromisoformat(stream["last_seen"].replace("Z", "+00:00")).timestamp() * 1000
    if stream["volume"] == volume and heard >= since_ms:
        print(stream["control"])
