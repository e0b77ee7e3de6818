"""The service as a process: it starts, stops, is killed, is refused; and never says what it did not see."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.ledger import reading
from collector.ledger.store import open_ledger, sqlite_url
from tests.awaiting import deadline_in, patience, until
from tests.namespace import ROOT
from tests.practice import linewalker
from tests.programs import needed

LOOPBACK = """
organisation: 测试单位
vantage:
  name: 中心机房
  sentinels: {near: [127.0.0.1]}
carriers: [{id: ct, name: 中国电信}]
sites: [{id: centre, name: 中心}, {id: sanya, name: 三亚}]
circuits:
  - {id: sanya-ct, name: 三亚主用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 127.0.0.2, path: direct}
listen: 127.0.0.1:%d
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def network_file(tmp_path: Path) -> Path:
    path = tmp_path / "network.yaml"
    path.write_text(LOOPBACK % free_port(), encoding="utf-8")
    return path


@contextmanager
def service(network: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`linewalker run` in namespaces of its own with loopback only, until the block ends."""
    run = f'"{sys.executable}" -m collector.cli run -c "{network}" --data "{folder}"'
    inner = f"{needed('ip')} link set lo up && exec {run}"
    process = subprocess.Popen(
        [needed("unshare"), "-Urn", "sh", "-c", inner],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def _states(network: Path, folder: Path) -> dict[str, str]:
    """The state of every circuit by its id; nothing while the status cannot be told."""
    done = linewalker("status", "-c", network, "--data", folder, "--json")
    if done.returncode != 0:
        return {}
    return {one["id"]: one["state"] for one in json.loads(done.stdout)["circuits"]}


def _problem(network: Path, folder: Path) -> str:
    """What the status says is wrong with the collector."""
    told = json.loads(linewalker("status", "-c", network, "--data", folder, "--json").stdout)
    return str(told["collector"]["problem"])


def await_status(network: Path, folder: Path, state: str, seconds: float = 15) -> dict[str, object]:
    deadline = deadline_in(seconds)
    while time.monotonic() < deadline:
        done = linewalker("status", "-c", network, "--data", folder, "--json")
        if done.returncode == 0:
            found: dict[str, object] = json.loads(done.stdout)["circuits"][0]
            if found["state"] == state:
                return found
        time.sleep(0.2)
    raise AssertionError(f"not {state} within {seconds} s")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_two_seconds_with_everything_written(
    network_file: Path, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "data"
    with service(network_file, folder) as process:
        assert await_status(network_file, folder, "up")["reason"] == ""
        begun = time.monotonic()
        process.send_signal(number)
        assert process.wait(60) == 0
        assert time.monotonic() - begun < patience(2.0)
    ledger = open_ledger(sqlite_url(folder), create=False)
    with ledger.reading() as connection:
        assert [row.reason for row in reading.watches(connection)] == ["stopped"]
    ledger.close()


def test_once_it_has_stopped_every_line_is_unknown(network_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with service(network_file, folder) as process:
        await_status(network_file, folder, "up")
        process.terminate()
        process.wait(60)
    assert await_status(network_file, folder, "unknown")["reason"] == "not watched"


def test_a_second_collector_on_the_same_data_is_refused(network_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with service(network_file, folder):
        until((folder / "feed.sock").exists, 15)
        second = linewalker("run", "-c", network_file, "--data", folder)
    assert second.returncode == 2
    assert second.stderr.strip() == (
        f"a collector already runs on {folder}; stop it or give another directory with --data"
    )


def test_a_taken_port_is_named_with_what_to_do(network_file: Path, tmp_path: Path) -> None:
    port = int(network_file.read_text(encoding="utf-8").rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        done = linewalker("run", "-c", network_file, "--data", tmp_path / "data")
    assert done.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_permission_it_says_the_remedy_and_every_line_is_unknown_never_down(
    network_file: Path, tmp_path: Path
) -> None:
    """A user without capabilities in a namespace where datagram ICMP is allowed to nobody."""
    folder = tmp_path / "data"
    folder.mkdir()
    drop = [needed("setpriv"), "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
    drop += ["--securebits=+noroot,+noroot_locked"]
    run = [sys.executable, "-m", "collector.cli", "run", "-c", str(network_file), "--data", str(folder)]
    process = subprocess.Popen(
        [needed("unshare"), "-Urn", *drop, *run],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        until((folder / "feed.sock").exists, 15)
        assert await_status(network_file, folder, "unknown")["reason"] == "not watched"
        until(lambda: _problem(network_file, folder))  # nothing is watched a moment before it is known why
        said = _problem(network_file, folder)
        assert 'sysctl -w net.ipv4.ping_group_range="0 2147483647"' in said
        assert "setcap cap_net_raw+ep" in said
    finally:
        process.terminate()
        process.wait(60)
        assert process.stderr
        said = process.stderr.read()
        process.stderr.close()
    assert "ping_group_range" in said
    assert "Traceback" not in said
    assert json.loads(linewalker("runs", "-c", network_file, "--data", folder, "--json").stdout) == {
        "runs": []
    }


def test_when_one_process_dies_it_is_started_again_and_the_other_goes_on(
    network_file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    with service(network_file, folder) as process:
        await_status(network_file, folder, "up")
        children = {name: _child(process.pid, name) for name in ("ask", "tell")}
        os.kill(children["ask"], signal.SIGKILL)
        until(lambda: _child(process.pid, "ask") not in (0, children["ask"]))
        assert _child(process.pid, "tell") == children["tell"]
        await_status(network_file, folder, "up")


def _child(parent: int, name: str) -> int:
    """The pid of the process `collector.<name>` below a parent; 0 when there is none."""
    listed = subprocess.run(
        [needed("ps"), "--ppid", str(parent), "-o", "pid=,args="], capture_output=True, text=True, check=False
    ).stdout
    for line in listed.splitlines():
        if f"collector.{name}" in line and "<defunct>" not in line:
            return int(line.split()[0])
    return 0


def test_a_bad_configuration_is_refused_and_the_old_one_stays_in_force(
    network_file: Path, tmp_path: Path
) -> None:
    folder, good = tmp_path / "data", network_file.read_text(encoding="utf-8")
    with service(network_file, folder) as process:
        await_status(network_file, folder, "up")
        before = {name: _child(process.pid, name) for name in ("ask", "tell")}
        network_file.write_text(good.replace("carrier: ct", "carrier: nobody"), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        until((folder / "configuration.refused").exists, 15)
        assert {name: _child(process.pid, name) for name in before} == before
        network_file.write_text(good, encoding="utf-8")
        assert await_status(network_file, folder, "up")["reason"] == ""
        process.terminate()
        assert process.wait(60) == 0
        assert process.stderr
        said = process.stderr.read()
    assert "the new configuration is refused, the old one stays in force" in said
    assert "nobody is not among carriers" in said
    assert "nobody is not among carriers" in (folder / "configuration.refused").read_text(encoding="utf-8")


def test_on_sighup_lines_come_and_go_and_keep_their_histories(network_file: Path, tmp_path: Path) -> None:
    folder, good = tmp_path / "data", network_file.read_text(encoding="utf-8")
    second = (
        "  - {id: sanya-cm, name: 三亚备用, group: branch, carrier: ct, termination_a: centre,"
        " termination_z: sanya, address: 127.0.0.3, path: direct}\n"
    )
    with service(network_file, folder) as process:
        await_status(network_file, folder, "up")
        for text, asked in (
            (good.replace("listen:", second + "listen:"), {"sanya-ct", "sanya-cm"}),
            (good.replace("127.0.0.2", "127.0.0.4"), {"sanya-ct"}),
        ):
            network_file.write_text(text, encoding="utf-8")
            before = _child(process.pid, "ask")
            process.send_signal(signal.SIGHUP)
            until(lambda: _child(process.pid, "ask") not in (0, before))  # noqa: B023 - it is called here
            all_up = dict.fromkeys(asked, "up")
            until(lambda: _states(network_file, folder) == all_up)  # noqa: B023 - it is called here
        process.terminate()
        process.wait(60)
    runs = json.loads(linewalker("runs", "-c", network_file, "--data", folder, "--json").stdout)["runs"]
    open_ = {(one["subject"], one["address"]) for one in runs if one["end"] is None}
    ended = {(one["subject"], one["address"]) for one in runs if one["end"] is not None}
    assert open_ == {("127.0.0.1", "127.0.0.1"), ("sanya-ct", "127.0.0.4")}
    assert ended == {("sanya-ct", "127.0.0.2"), ("sanya-cm", "127.0.0.3")}
    assert linewalker("ledger", "check", "-c", network_file, "--data", folder).returncode == 0


def test_what_was_started_by_a_parent_that_is_gone_ends_at_once(network_file: Path, tmp_path: Path) -> None:
    """The parent may die before its child could tie its life to it."""
    (tmp_path / "data").mkdir()
    ask = [sys.executable, "-m", "collector.ask", "-c", str(network_file), "--data", str(tmp_path / "data")]
    orphan = subprocess.run(
        ask, cwd=ROOT, env={**os.environ, "LINEWALKER_PARENT": "1000000"}, timeout=30, check=False
    )
    assert orphan.returncode == 1
    assert not (tmp_path / "data/ledger.sqlite").exists()
