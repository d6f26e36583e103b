"""Reads the list of streams as the API answers it; prints how the stream of one volume is controlled."""

import json
import sys

try:
    streams = json.load(sys.stdin)["items"]
except (ValueError, KeyError):
    sys.exit(0)
for stream in streams:
    if stream["volume"] == sys.argv[1]:
        print(stream["control"])
