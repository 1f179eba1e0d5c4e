#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include and every CMakeLists.txt of promql/ and server/ against ci/layers.txt.

usage: layers.py ROOT          prints one line for each thing that breaks the table; exit 1 when there is any
       layers.py --self-test   shows that the check sees what it is there to see
"""
import pathlib
import re
import sys
import tempfile

# How the header of an outside library begins.
LIBRARY_HEADERS = {
    "boost/": "beast", "CLI/": "cli11", "cairo": "cairo", "curl/": "curl", "openssl/": "openssl",
    "prometheus/": "prometheus", "rapidjson/": "rapidjson", "re2/": "re2", "sqlite3.h": "sqlite", "yaml-cpp/": "yaml", "yaml.h": "libyaml",
    "libpq-fe.h": "pq", "zlib.h": "zlib", "httplib.h": "httplib", "gtest/": "gtest", "gmock/": "gtest",
}
EVERYBODYS = re.compile(r"[a-z_0-9]+|(sys|netinet|arpa|net|linux)/[a-z_0-9]+\.h|"
                        r"(unistd|fcntl|signal|poll|time|pthread|netdb|stdlib|dirent|pwd|strings|termios|malloc|syslog|cxxabi|"
                        r"getopt|glob|ifaddrs|limits|errno|stdio|string|stdint|execinfo)\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def read_table(text):
    """room → (rooms it may include, libraries it may use)"""
    rows = [re.split(r"\s{2,}", line) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    broken = [row[0] for row in rows if len(row) != 3]
    if broken:
        raise SystemExit(f"ci/layers.txt: three columns are wanted, two blanks or more between them: {broken[0]}")
    names = [row[0] for row in rows]
    table = {}
    for name, rooms, libraries in rows:
        allowed = {name}
        for room in rooms.split():
            if room == "-":
                continue
            # A room sees what stands above it in the table, so that the order of the table is the order of the layers.
            found = [n for n in names[:names.index(name)] if n == room or (room.endswith("/*") and n.startswith(room[:-1]))]
            if not found:
                raise SystemExit(f"ci/layers.txt: {name} may include {room}, which does not stand above it")
            allowed.update(found)
        table[name] = (allowed, set(libraries.split()) - {"-"})
    return table


def room_of(path, table):
    parts = path.split("/")
    return next((room for n in range(len(parts), 0, -1) if (room := "/".join(parts[:n])) in table), None)


def check_include(quote, header, room, table):
    allowed, libraries = table[room]
    if quote == '"':
        target = room_of(header, table)
        if target is None:
            return f'includes "{header}", which is in no room'
        return None if target in allowed else f'includes "{header}": {room} may not include {target}'
    library = next((lib for start, lib in LIBRARY_HEADERS.items() if header.startswith(start)), None)
    if library is None:
        return None if EVERYBODYS.fullmatch(header) else f"includes <{header}>, of a library that tests/integration/layers.py does not know"
    return None if library in libraries else f"includes <{header}>: {room} may not use {library}"


def check_cmake(text, room, table):
    allowed, libraries = table[room]
    targets = {name.replace("/", "_"): name for name in table}
    for token in re.findall(r"[A-Za-z0-9_-]+", re.sub(r"#.*", "", text)):
        if token in targets and targets[token] not in allowed:
            yield f"names {token}: {room} may not link {targets[token]}"
        if token.startswith("lib_") and token[4:] not in libraries:
            yield f"names {token}: {room} may not use {token[4:]}"


def problems(root):
    table = read_table((root / "ci/layers.txt").read_text())
    files = 0
    for top in ("promql", "server"):
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.name == "CMakeLists.txt" and (room := room_of(path.parent.relative_to(root).as_posix(), table)):
                for problem in check_cmake(path.read_text(), room, table):
                    yield f"{name}: {problem}"
            if path.suffix not in (".h", ".cc", ".def", ".inc") or not path.is_file():
                continue
            files += 1
            room = room_of(path.parent.relative_to(root).as_posix(), table)
            if room is None:
                yield f"{name}: is in no room of ci/layers.txt"
                continue
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if (found := INCLUDE.match(line)) and (problem := check_include(*found.groups(), room, table)):
                    yield f"{name}:{number}: {problem}"
    if files == 0:
        yield f"{root}: no source file found"


def self_test():
    table = "a/low  -  -\na/high  a/low  re2\n"
    cases = [  # file, text, expected part of the answer; none: nothing wrong
        ("a/high/x.cc", '#include "a/low/y.h"\n#include <re2/re2.h>\n#include <vector>\n#include <sys/socket.h>\n', None),
        ("a/low/x.cc", '#include "a/high/y.h"\n', "a/low may not include a/high"),
        ("a/low/deep/x.h", '#  include "a/high/y.h"\n', "a/low may not include a/high"),
        ("a/low/x.cc", "#include <re2/re2.h>\n", "a/low may not use re2"),
        ("a/low/x.cc", '#include "tests/fakes/f.h"\n', "is in no room"),
        ("a/low/x.cc", "#include <strange/lib.h>\n", "does not know"),
    ]
    rows = read_table(table)
    for name, text, expected in cases:
        room = room_of(name.rsplit("/", 1)[0], rows)
        found = [p for line in text.splitlines() if (p := check_include(*INCLUDE.match(line).groups(), room, rows))]
        assert (not found) if expected is None else (len(found) == 1 and expected in found[0]), (name, found)
    assert not list(check_cmake("room(a_high DEPS a_low LIBS lib_re2)", "a/high", rows))
    assert list(check_cmake("room(a_low DEPS a_high)", "a/low", rows))
    assert list(check_cmake("room(a_low LIBS lib_re2) # lib_re2", "a/low", rows))
    for wrong in ("a/low  a/high  -\na/high  -  -\n", "a/low  -\n"):
        try:
            read_table(wrong)
            raise AssertionError(wrong)
        except SystemExit:
            pass
    with tempfile.TemporaryDirectory() as empty:
        (pathlib.Path(empty) / "ci").mkdir()
        (pathlib.Path(empty) / "ci/layers.txt").write_text(table)
        assert "no source file" in "".join(problems(pathlib.Path(empty)))
    return 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    found = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(found) if found else "every include keeps to ci/layers.txt")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
