"""Writes an instance's ini file: the one of deploy/config with some values set to others. Knows no key's meaning.

Usage: derive.py SOURCE TARGET section.key=value...     (the key is what follows the last dot)
"""

import os
import sys


def derive(lines, wanted):
    """The lines with each wanted (section, key) set: in place if the key is there, else at its section's end."""
    result, section, left = [], None, dict(wanted)

    def finish_section():
        at = len(result)
        while at > 0 and not result[at - 1].strip():
            at -= 1
        for name, key in [entry for entry in left if entry[0] == section]:
            result.insert(at, f"{key}={left.pop((name, key))}")
            at += 1

    for line in lines:
        text = line.strip()
        if text.startswith("["):
            finish_section()
            section = text.strip("[]")
        key = text.split("=", 1)[0].strip() if "=" in text else None
        if (section, key) in left:
            line = f"{key}={left.pop((section, key))}"
        result.append(line)
    finish_section()
    for section in dict.fromkeys(name for name, _ in left):
        result.append(f"[{section}]")
        finish_section()
    return result


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    source, target, settings = sys.argv[1], sys.argv[2], sys.argv[3:]
    wanted = {}
    for setting in settings:
        name, value = setting.split("=", 1)
        section, key = name.rsplit(".", 1)
        wanted[(section, key)] = value
    with open(source, encoding="utf-8") as file:
        lines = derive(file.read().splitlines(), wanted)
    # 0600: what a configuration says about a database is nobody else's business.
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
