"""How a practice network begins and ends: statuses, signals, inherited sockets, and nothing left behind."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import control, enter
from tests.awaiting import deadline_in, patience
from tests.lab.visiting import without_snmpd, write_answering
from tests.lab.written import write_small
from tests.programs import needed

STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
POLITE = STUBBORN.replace("signal.SIG_IGN", "lambda *_: exit(7)")


def run(folder: Path, *inner: str, seconds: float | None = None) -> "subprocess.CompletedProcess[str]":
    argv = enter.command(write_small(folder), folder / "kept", list(inner), seconds=seconds)
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)


@contextlib.contextmanager
def running(folder: Path, program: str) -> Iterator["subprocess.Popen[str]"]:
    """A network whose collector is a Python program that said it is up."""
    argv = enter.command(write_small(folder), folder / "kept", [sys.executable, "-c", program])
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        try:
            yield process
        finally:
            process.kill()


def processes_of(folder: Path) -> list[str]:
    """The processes of a network, known by its directory in their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            said = path.read_bytes()
            if str(folder).encode() in said:
                found.append(said.decode())
    return found


def ends_within(process: "subprocess.Popen[str]", folder: Path, seconds: float) -> float:
    """Seconds until the last process of a network is gone; fails after `seconds`."""
    begun = time.monotonic()
    while process.poll() is None or processes_of(folder):
        assert time.monotonic() - begun < patience(seconds), processes_of(folder)
        time.sleep(0.02)
    return time.monotonic() - begun


@pytest.mark.parametrize(("program", "status"), [("raise SystemExit(5)", 5), ("pass", 0)])
def test_the_status_of_the_command_is_the_status_of_the_network(
    tmp_path: Path, program: str, status: int
) -> None:
    assert run(tmp_path, sys.executable, "-c", program).returncode == status


def test_a_command_killed_by_a_signal_gives_128_and_its_number(tmp_path: Path) -> None:
    assert run(tmp_path, "sh", "-c", "kill -9 $$").returncode == 137


def test_the_command_is_not_deaf_to_a_broken_pipe(tmp_path: Path) -> None:
    """Python ignores SIGPIPE; a shell's `yes | head` must end all the same."""
    done = run(tmp_path, "grep", "SigIgn", "/proc/self/status")
    ignored = int(done.stdout.split()[1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, f"{tmp_path}/no-such-program")
    assert done.returncode == 2
    assert f"{tmp_path}/no-such-program cannot be started: No such file or directory" in done.stderr


def test_a_configuration_that_cannot_be_used_is_told_without_a_traceback(tmp_path: Path) -> None:
    argv = enter.command(tmp_path / "missing.yaml", tmp_path, ["true"])
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert "missing.yaml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_passed_to_the_command_and_its_status_back(
    tmp_path: Path, number: signal.Signals
) -> None:
    program = POLITE.replace("15", str(int(number)))
    with running(tmp_path, program) as process:
        process.send_signal(number)
        assert ends_within(process, tmp_path, 1.5) < 1.5
        assert process.returncode == 7


def test_a_command_that_ignores_the_signal_is_ended_within_two_seconds(tmp_path: Path) -> None:
    with running(tmp_path, STUBBORN) as process:
        process.terminate()
        assert ends_within(process, tmp_path, 3.0) > 1.0
        assert process.returncode == 128 + signal.SIGKILL


def test_everything_dies_with_the_process_outside(tmp_path: Path) -> None:
    with running(tmp_path, STUBBORN) as process:
        assert len(processes_of(tmp_path)) >= 3
        process.kill()
        ends_within(process, tmp_path, 2.0)


def test_what_the_command_leaves_running_dies_with_it(tmp_path: Path) -> None:
    daemon = f"setsid sh -c 'touch {tmp_path}/begun; sleep 60' </dev/null >/dev/null 2>&1 &"
    wait = f"until test -e {tmp_path}/begun; do sleep 0.01; done"
    assert run(tmp_path, "sh", "-c", f"{daemon} {wait}").returncode == 0
    assert processes_of(tmp_path) == []


def test_after_its_time_the_command_is_asked_to_end_and_that_is_no_failure(tmp_path: Path) -> None:
    begun = time.monotonic()
    assert run(tmp_path, "sleep", "60", seconds=0.3).returncode == 0
    assert time.monotonic() - begun < patience(3)


def test_the_control_socket_goes_when_the_network_goes(tmp_path: Path) -> None:
    assert run(tmp_path, "test", "-S", str(tmp_path / "kept" / control.FILE)).returncode == 0
    assert not (tmp_path / "kept" / control.FILE).exists()


def test_a_socket_left_by_a_killed_network_is_no_obstacle(tmp_path: Path) -> None:
    with running(tmp_path, STUBBORN) as process:
        process.kill()
    assert run(tmp_path, "true").returncode == 0


def test_a_very_deep_data_directory_still_has_its_control_socket(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-name-for-a-folder"] * 5)
    look = (
        f"from lab import control; from pathlib import Path; print(len(control.lines(Path({str(deep)!r}))))"
    )
    argv = enter.command(write_small(tmp_path), deep, [sys.executable, "-c", look])
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=20, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout == "7\n"


def test_a_listening_socket_of_the_host_is_inherited_and_answers_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serve = (
            "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); print('up', flush=True); "
            "c, _ = s.accept(); c.sendall(b'hello'); c.close(); s.close()"
        )
        inner = [sys.executable, "-c", serve, str(listener.fileno())]
        argv = enter.command(write_small(tmp_path), tmp_path / "kept", inner, keep_fds=[listener.fileno()])
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, close_fds=False) as process:
            assert process.stdout
            assert process.stdout.readline() == "up\n"
            with socket.create_connection(listener.getsockname(), timeout=5) as client:
                assert client.recv(5) == b"hello"
            assert process.wait(60) == 0


def test_it_runs_the_same_lab_whatever_folder_the_user_stands_in(tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "__init__.py").write_text("raise SystemExit('the wrong lab')\n")
    argv = enter.command(write_small(tmp_path), tmp_path / "kept", ["true"])
    assert subprocess.run(argv, cwd=tmp_path, timeout=20, check=False).returncode == 0


def test_the_command_sees_only_the_uplink_and_the_processes_of_its_network(tmp_path: Path) -> None:
    look = "import glob, socket; print(socket.if_nameindex()[-1][1], len(glob.glob('/proc/[0-9]*')))"
    interface, processes = run(tmp_path, sys.executable, "-c", look).stdout.split()
    assert (interface, int(processes)) == ("uplink", 3)  # the network, its relays and this one


def inside(namespace: str) -> set[str]:
    """The names of the processes in a PID namespace."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (path / "ns" / "pid").readlink() == Path(namespace):
                found.add((path / "comm").read_text(encoding="utf-8").strip())
    return found


def test_agents_servers_and_what_they_wrote_go_with_the_network(tmp_path: Path) -> None:
    needed("snmpd", "/usr/sbin:/usr/local/sbin")
    said = "import os, time; print(os.readlink('/proc/self/ns/pid'), flush=True); time.sleep(60)"
    argv = enter.command(write_answering(tmp_path), tmp_path / "kept", [sys.executable, "-c", said])
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        namespace = process.stdout.readline().strip()
        assert "snmpd" in inside(namespace)
        process.terminate()
        process.wait(60)
    deadline = deadline_in(2)
    while left := inside(namespace):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["truth.json"]


def test_without_snmpd_that_is_said_once_and_everything_else_answers(tmp_path: Path) -> None:
    look = "import urllib.request as u; print(u.urlopen('http://10.0.3.2:8080/health', timeout=5).status)"
    argv = enter.command(write_answering(tmp_path), tmp_path / "kept", [sys.executable, "-c", look])
    done = without_snmpd(*argv)
    assert done.stdout == "200\n"
    assert done.stderr.count("snmpd is not installed, so nothing answers SNMP") == 1


def test_a_demo_that_must_have_agents_needs_snmpd(tmp_path: Path) -> None:
    demo = ("-m", "collector.cli", "demo", "--snmp", "--data")
    done = without_snmpd(sys.executable, *demo, tmp_path / "kept")
    assert done.returncode == 3
    assert "apt install snmpd" in done.stderr
