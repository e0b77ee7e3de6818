"""The objects a real snmpd serves in tests, read from a file at each request: `pass_persist` for snmpd.conf.

python snmp_objects.py FILE ROOT, where FILE has a line `OID TYPE VALUE` for each object, and is replaced at will;
what is not below ROOT is for others to serve.
"""

import sys
from pathlib import Path

Objects = dict[tuple[int, ...], tuple[str, str]]


def steps(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.strip(".").split(".")))


def objects(path: Path, root: tuple[int, ...]) -> Objects:
    lines = [line.split(" ", 2) for line in path.read_text("ascii").splitlines()]
    served = {steps(oid): (kind, value) for oid, kind, value in lines}
    return {oid: what for oid, what in served.items() if oid[: len(root)] == root}


def answer(served: Objects, request: str, asked: tuple[int, ...]) -> str:
    if request == "getnext":
        asked = min((oid for oid in served if oid > asked), default=())
    if asked not in served:
        return "NONE"
    kind, value = served[asked]
    return f".{'.'.join(map(str, asked))}\n{kind}\n{value}"


def main() -> None:
    path, root = Path(sys.argv[1]), steps(sys.argv[2])
    while request := sys.stdin.readline().strip():
        if request == "PING":
            print("PONG", flush=True)
        else:
            print(answer(objects(path, root), request, steps(sys.stdin.readline().strip())), flush=True)


if __name__ == "__main__":
    main()
