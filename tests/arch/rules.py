"""The rules of the tree as tables, and the search for what breaks them. Reads files only."""

import os
import re

TREES = ("actors", "shm", "gateways", "tests/sim")
MAX_LINES = 400

# --- who may include what -----------------------------------------------------------------------------------------------
# folder: (project folders besides itself, libraries). A library is what stands before the first slash or point of an
# include in angle brackets; "system" is POSIX and Linux; the C++ standard library is always allowed.
DOMAIN = "actors/domain"
EVIDENCE = "actors/evidence"
PROTOCOL = "actors/protocol"
CALENDAR = "actors/calendar"
EXCHANGE = "actors/exchange"
RUNTIME = "actors/runtime"
TERMINAL = "actors/terminal"
SIM = "tests/sim"
ROLE = (DOMAIN, PROTOCOL, RUNTIME)

FOLDERS = {
    # Layer 0: standard library only (mailslot: Boost.Interprocess, xxHash and the system; terminal: CLI11), never each other.
    DOMAIN: ((), ()),
    TERMINAL: ((), ("CLI", "system")),
    "shm/mailslot": ((), ("boost", "system", "xxhash")),
    "gateways/nbd": ((), ()),
    # Layer 1: the domain and one library each.
    "gateways/throttle": ((DOMAIN,), ()),
    "gateways/stats": ((DOMAIN, "gateways/throttle"), ()),
    "gateways/backend": ((DOMAIN,), ("libnbd", "liburing", "system")),
    "gateways/tls": ((DOMAIN,), ("gnutls", "system")),
    "gateways/engine": ((DOMAIN, "gateways/nbd", "gateways/throttle", "gateways/stats", "gateways/backend", "gateways/tls"),
                        ("system",)),
    "gateways/metrics": ((DOMAIN, "gateways/engine"), ("prometheus",)),
    EVIDENCE: ((DOMAIN,), ("sodium",)),
    PROTOCOL: ((DOMAIN,), ("caf",)),
    CALENDAR: ((DOMAIN,), ("date", "libical")),
    EXCHANGE: ((DOMAIN, CALENDAR), ()),
    # Besides its one library the calendar: whether a time zone exists belongs to what is wrong with a document.
    "actors/application_server/http": ((DOMAIN, CALENDAR, EXCHANGE, "actors/report", "actors/application_server/observatory"),
                                       ("nlohmann", "yaml-cpp", "valijson", "prometheus")),
    # Who may come in, before any actor is asked.
    "actors/application_server/access": ((DOMAIN, "actors/application_server/http"), ("sodium",)),
    # Events for other programs: what is sent when; the thread that sends it is webhook_sender.cpp, one folder above.
    "actors/application_server/webhooks": ((DOMAIN, "actors/application_server/http"), ("nlohmann", "prometheus", "sodium")),
    "actors/application_server/observatory": ((DOMAIN,), ()),
    "actors/application_server/rows": ((DOMAIN,), ()),
    # History knows of the store only how a row waits (packed_row.hpp), the store writes and reads back what is derived.
    "actors/database_manager/history": ((DOMAIN, "actors/database_manager/store"), ()),
    "actors/database_manager/store": ((DOMAIN, EVIDENCE, "actors/database_manager/history"), ("pqxx", "system")),
    "actors/database_manager/spool": ((), ("sodium", "system")),
    # From what the store reads to the answer: calendar and accounting, no connection.
    "actors/database_manager/query": ((DOMAIN, CALENDAR, EXCHANGE, "actors/database_manager/store"), ()),
    # Times stand on the agreement's clocks.
    "actors/report": ((DOMAIN, CALENDAR), ("nlohmann",)),
    # Layer 2: the roles, the transport and the gateway's control; a role knows no other role.
    RUNTIME: ((DOMAIN, PROTOCOL), ("caf", "system")),
    "shm/transport": (("shm/mailslot", PROTOCOL, RUNTIME), ("caf", "system")),
    # Reads the mailslots and names what is in them: from the other two it takes tables of numbers, and no actor.
    "shm/inspect": (("shm/mailslot", "shm/transport", PROTOCOL, TERMINAL), ("CLI", "nlohmann", "system")),
    "gateways/control": ((*ROLE, "gateways/engine"), ("caf", "system")),
    "actors/performance_monitor": (ROLE, ("caf", "system")),
    "actors/sla_core": (ROLE, ("caf", "system")),
    "actors/database_manager": (
        (*ROLE, CALENDAR, EVIDENCE, EXCHANGE, "actors/database_manager/store", "actors/database_manager/query", "actors/database_manager/history", "actors/database_manager/spool"),
        ("caf", "system")),
    "actors/application_server": (
        (*ROLE, CALENDAR, EXCHANGE, "actors/report", "actors/application_server/access", "actors/application_server/http",
         "actors/application_server/observatory", "actors/application_server/rows", "actors/application_server/webhooks"),
        ("caf", "curl", "nlohmann", "prometheus", "sodium", "system")),
    # The simulator: the core's loop, the gateways' throttle and the reader of agreements against models of all else. No
    # actor, no CAF, no socket. Of the core's loop only the controllers know, of files and people only scenario/ and command/.
    SIM: ((DOMAIN, SIM + "/model", SIM + "/command"), ()),
    SIM + "/model": ((DOMAIN, SIM, SIM + "/scenario", "gateways/throttle"), ()),
    SIM + "/scenario": ((DOMAIN, SIM + "/model", "actors/application_server/http"), ("yaml-cpp",)),
    SIM + "/controllers": ((DOMAIN, SIM, SIM + "/model"), ()),
    SIM + "/run": ((DOMAIN, SIM, SIM + "/model", SIM + "/scenario", SIM + "/controllers", "gateways/throttle"), ()),
    SIM + "/command": ((DOMAIN, TERMINAL, SIM, SIM + "/controllers", SIM + "/run", SIM + "/scenario", SIM + "/compare", SIM + "/what_if"),
                       ("CLI", "nlohmann")),
    SIM + "/compare": ((DOMAIN, SIM, SIM + "/command", SIM + "/controllers", SIM + "/run", SIM + "/scenario"), ()),
    # Asks the core's own readers, judge and admission: what an operator is told is what the server would say.
    SIM + "/what_if": ((DOMAIN, SIM, SIM + "/command", SIM + "/controllers", SIM + "/run", SIM + "/scenario",
                        "actors/application_server/http"), ("nlohmann",)),
    SIM + "/test": ((DOMAIN, SIM, SIM + "/model", SIM + "/controllers", SIM + "/run", SIM + "/scenario", SIM + "/compare"),
                    ("doctest", "system")),
    # The client speaks HTTP to the server and knows of its inside only the words of the domain.
    "actors/sluicectl": ((DOMAIN, EVIDENCE, EXCHANGE, TERMINAL), ("CLI", "curl", "nlohmann", "yaml-cpp", "system")),
}

# Files that may know more than their folder, and why.
LIBRARIES = {
    "gateways/metrics/metrics_server.cpp": (("boost",), "the one file with HTTP; the rest is text"),
    SIM + "/command/plot.cpp": (("system",), "starts gnuplot"),
    "actors/application_server/http/server.cpp": (("boost", "system"), "sockets, with session.cpp; the rest is text"),
    "actors/application_server/http/server_core.hpp": (("boost",), "what the two files with sockets share"),
    "actors/application_server/http/session.cpp": (("boost", "system"), "sockets, with server.cpp; the rest is text"),
    "actors/application_server/http/encoding.cpp": (("system",), "zlib"),
    "actors/application_server/http/tls_files.hpp": (("boost",), "what a connection is made secure with"),
    "actors/application_server/http/tls_files.cpp": (("boost", "openssl", "system"), "reads certificate and key"),
    "actors/application_server/http/wire_stream.hpp": (("boost",), "a connection's bytes, with TLS or without"),
    "actors/application_server/http/token_file.cpp": (("system",), "makes the token at first start, 0600"),
    EVIDENCE + "/signing_key.cpp": (("system",), "makes the key at first start, 0600"),
}

# The options of a server process know the transport's too. This file, and each `*_config` that includes it, is a part of
# the main.cpp files: layer 3 as these are, and for their eyes alone.
SERVER_CONFIG = "actors/runtime/server_process_config.hpp"

# The transport carries messages; what they mean is no business of it.
TRANSPORT_BLIND_TO = ("actors/domain/", "actors/protocol/messages.hpp", "actors/protocol/interfaces.hpp")

# The simulator drives the core's loop in one file; all else is behind controller.hpp.
THE_LOOP = (DOMAIN + "/loop.hpp", DOMAIN + "/loop_state.hpp", DOMAIN + "/plan.hpp")
DRIVES_THE_LOOP = (SIM + "/controllers/sluice_controller.cpp",)

# --- time and chance are arguments -------------------------------------------------------------------------------------
CLOCK = re.compile(r"\b(steady_clock|system_clock|high_resolution_clock)::now|\b(clock_gettime|gettimeofday|nanosleep)\b"
                   r"|\bstd::time\(|\bsleep_for\b|\bsleep_until\b|\brandom_device\b|\bmt19937|\bstd::rand\b|\bgetrandom\b")
CLOCKLESS = (DOMAIN, EVIDENCE, "shm/mailslot", "shm/inspect", "gateways/nbd", "gateways/throttle", "gateways/stats",
             "gateways/backend", "gateways/tls", "gateways/engine", PROTOCOL, CALENDAR, EXCHANGE, "actors/application_server/http", "actors/application_server/observatory",
             "actors/application_server/rows", "actors/application_server/webhooks", "actors/database_manager/store", "actors/database_manager/query", "actors/report",
             "actors/database_manager/history", "actors/database_manager/spool",
             SIM, SIM + "/model", SIM + "/scenario", SIM + "/controllers", SIM + "/run", SIM + "/command", SIM + "/compare",
             SIM + "/what_if")
# The files of these folders that may all the same, and why.
CLOCKS = {
    "gateways/engine/engine.cpp": "monotonic_now(), the one clock of the data path",
    "gateways/backend/upstream_link.cpp": "when to try a lost upstream server again",
    "shm/mailslot/inbox.cpp": "how long to spin before sleeping on the futex",
    "shm/mailslot/participant.cpp": "the patience to join, and the number of an incarnation",
    "shm/mailslot/death_watch.cpp": "waits for the kernel to report a death",
    "actors/application_server/http/token_file.cpp": "a token is chance",
    "actors/application_server/http/server.cpp": "the sockets: the numbers of events begin anew with each run of the server",
    "actors/application_server/http/server_core.hpp": "the sockets: deadlines of those who watch",
    "shm/inspect/clock.cpp": "the moment of a look, for those who look",
}

# What lies in shared memory is plain: nothing that locks, points or has a destructor.
LAYOUT = "shm/mailslot/layout.hpp"
LAYOUT_INCLUDES = {"array", "atomic", "bit", "cstddef", "cstdint", "type_traits"}

EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|stuff|handler)[_.]|(^|_)data\.")
LEFT_OVERS = re.compile(r"\b(TODO|FIXME|XXX)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
STANDARD = re.compile(r"^[a-z_0-9]+$")  # <vector>: no slash, no point


def sources(root):
    """Paths from the root of all C++ files of the product, in a fixed order."""
    found = []
    for tree in TREES:
        for folder, _, names in os.walk(os.path.join(root, tree)):
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names
                      if name.endswith((".hpp", ".cpp"))]
    return sorted(found)


def is_main(path):
    name = os.path.basename(path)
    return name == "main.cpp" or name.endswith("_main.cpp")


def library_of(include):
    """`caf/all.hpp` is caf, `libnbd.h` is libnbd, `sys/stat.h` is system."""
    first = re.split(r"[/.]", include)[0]
    known = {library for _, libraries in FOLDERS.values() for library in libraries}
    return first if first in known else "system" if include.endswith(".h") else first


def main_parts(texts):
    """The files of layer 3, by the includes of all files: text by path."""
    parts = {path for path in texts if is_main(path)} | {SERVER_CONFIG}
    parts |= {path for path, text in texts.items()
              if path.endswith("_config.hpp") and f'"{SERVER_CONFIG}"' in text}
    return parts | {path[:-4] + ".cpp" for path in parts}


def check_include(path, folder, mark, include, parts):
    if path in parts:
        return None
    if include in parts:
        return f"includes {include}: that is for main.cpp files"
    allowed_folders, allowed_libraries = FOLDERS.get(folder, ((), ()))
    if mark == '"':
        target = os.path.dirname(include)
        if not (target + "/").startswith(tuple(tree + "/" for tree in TREES)):
            return f'includes "{include}": project includes are written from the root'
        if target != folder and target not in allowed_folders:
            known = "" if folder in FOLDERS else f" ({folder} is not in FOLDERS of tests/arch/rules.py)"
            return f"includes {include}: {folder} must not know {target}{known}"
        if folder == "shm/transport" and include.startswith(TRANSPORT_BLIND_TO):
            return f"includes {include}: the transport knows no SLA message"
        if folder.startswith(SIM) and include in THE_LOOP and path not in DRIVES_THE_LOOP:
            return f"includes {include}: the simulator meets the core's loop in one file"
        return None
    if path == LAYOUT and include not in LAYOUT_INCLUDES:
        return f"includes <{include}>: what lies in shared memory is plain values and atomics"
    more, _ = LIBRARIES.get(path, ((), ""))
    if STANDARD.match(include) or library_of(include) in (*allowed_libraries, *more):
        return None
    return f"includes <{include}>: {folder} must not know {library_of(include)}"


def check_text(path, folder, text):
    """What is wrong with one file by itself."""
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield f"has {lines} lines, at most {MAX_LINES}: two ideas?"
    if not text.startswith("// "):
        yield "does not begin with a sentence that says what it is"
    if path.endswith(".hpp") and "#pragma once" not in text:
        yield "has no #pragma once"
    if EMPTY_NAMES.search(os.path.basename(path)):
        yield "has a name that says nothing"
    if left := LEFT_OVERS.search(text):
        yield f"holds a left-over {left.group()}"
    if folder in CLOCKLESS and path not in CLOCKS and (clock := CLOCK.search(text)):
        yield f"uses {clock.group()}: time and chance are arguments below layer 2"
    if path.startswith("shm/mailslot/") and "boost/interprocess/sync" in text:
        yield "uses a lock of Boost.Interprocess: a holder that dies would keep it"


def has_design(root, folder):
    """A README of its own, or a line about it in that of the folder above."""
    if os.path.exists(os.path.join(root, folder, "README.md")):
        return True
    above = os.path.join(root, os.path.dirname(folder), "README.md")
    if not os.path.exists(above) or os.path.dirname(folder) in TREES and folder.split("/")[0] != "tests":
        return False
    with open(above, encoding="utf-8") as file:
        return f"`{os.path.basename(folder)}/`" in file.read()


def violations(root):
    """One sentence for each rule that a file or folder breaks."""
    found = []
    texts = {}
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            texts[path] = file.read()
    parts = main_parts(texts)
    for path, text in texts.items():
        folder = os.path.dirname(path)
        found += [f"{path}: {what}" for what in check_text(path, folder, text)]
        for mark, include in INCLUDE.findall(text):
            if what := check_include(path, folder, mark, include, parts):
                found.append(f"{path}: {what}")
    for folder in sorted({os.path.dirname(path) for path in texts}):
        if not has_design(root, folder):
            found.append(f"{folder}: has no README.md, and none above it says what it is")
    return found
