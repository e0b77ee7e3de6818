"""The commands as users type them, against a practice network that runs: one run of it for all of them."""

import csv
import io
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.awaiting import deadline_in, until
from tests.namespace import ROOT
from tests.practice import TRANSPORT, linewalker
from tests.programs import needed


def listening_elsewhere(network: Path, folder: Path) -> Path:
    """A copy of an example that listens on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for part in network.parent.iterdir():
        (folder / part.name).write_bytes(part.read_bytes())
    copy = folder / network.name
    copy.write_text(f"listen: 127.0.0.1:{port}\n" + copy.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


class Demo:
    """A demo that runs in the background, as `make run` starts it."""

    def __init__(self, folder: Path) -> None:
        self.network = listening_elsewhere(TRANSPORT, folder)
        self.data = folder / "data"
        self.begun = time.time()
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "collector.cli", "demo", "--network", self.network, "--data", self.data],
            cwd=ROOT,
            stdout=self.log,
            stderr=self.log,
        )

    def url(self, path: str) -> str:
        first = self.network.read_text(encoding="utf-8").splitlines()[0]
        return f"http://{first.removeprefix('listen: ')}{path}"

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url(path), timeout=5) as answer:
            return str(answer.read().decode())

    def __call__(self, *words: str | Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
        return linewalker(*words, "-c", self.network, "--data", self.data, lang=lang)

    def rows(self, name: str, *words: str) -> list[dict[str, Any]]:
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)[name]
        return found

    def state(self, circuit: str) -> str:
        return str(self.rows("circuits", "status", "--circuit", circuit)[0]["state"])

    def await_state(self, circuit: str, state: str, seconds: float = 20) -> None:
        deadline = deadline_in(seconds)
        while self.state(circuit) != state:
            assert time.monotonic() < deadline, f"{circuit} is not {state}"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo"))
    try:
        running.await_state("sanya-ct", "up")
        yield running
    finally:
        running.process.terminate()
        running.process.wait(60)
        running.log.close()


def test_a_stranger_cuts_a_line_and_finds_the_outage_timed_to_the_second(demo: Demo) -> None:
    assert demo("lab", "cut", "sanya-ct").returncode == 0
    cut_at = time.time()
    demo.await_state("sanya-ct", "down")
    assert 'linewalker_circuit_up{circuit="sanya-ct"' in demo.get("/metrics")
    assert demo("lab", "restore", "sanya-ct").returncode == 0
    mended_at = time.time()
    demo.await_state("sanya-ct", "up")
    until(lambda: _ended(demo, "sanya-ct"))  # what is seen is shown at once, and kept a moment later
    [down] = _ended(demo, "sanya-ct")
    assert _seconds(down["start_after"]) <= cut_at <= _seconds(down["start_before"])
    assert _seconds(down["end_after"]) <= mended_at <= _seconds(down["end_before"]) + 0.5
    # from two rounds before to the first answer after it: what the outage rests on
    packets = down["packets"]
    assert packets[0]["received"] is not None
    silent = [one for one in packets if one["received"] is None]
    assert silent[0]["sent"] == down["start"]
    assert sum(one["count"] for one in silent) >= 3
    assert any(one["sent"] == down["end"] and one["by"] == "10.64.0.42" for one in packets)


def _ended(demo: Demo, circuit: str) -> list[dict[str, Any]]:
    """Its down-runs that are over, with their packets, as the ledger has them."""
    found = demo.rows("runs", "runs", "--circuit", circuit, "--packets")
    return [run for run in found if run["state"] == "down" and run["end"]]


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


def test_the_path_is_traced_once_and_kept_with_the_outage(demo: Demo) -> None:
    demo("lab", "cut", "qionghai-ct")
    demo.await_state("qionghai-ct", "down")
    deadline = deadline_in(40)
    hops = None
    while not hops:
        assert time.monotonic() < deadline
        time.sleep(0.5)
        runs = demo.rows("runs", "runs", "--circuit", "qionghai-ct")
        hops = next((run["trace"] for run in runs if run["state"] == "down"), None)
    demo("lab", "restore", "qionghai-ct")
    assert hops[0]["address"] == "10.0.0.1"


def test_status_has_the_shape_others_rely_on(demo: Demo) -> None:
    found = json.loads(demo("status", "--json").stdout)
    assert {"at", "circuits", "services", "devices", "collector"} <= found.keys()
    assert len(found["circuits"]) == 92
    assert set(found["circuits"][0]) == {
        "id", "name", "group", "carrier", "path", "state", "reason", "since", "rtt_seconds", "loss_ratio",
    }  # fmt: skip
    assert found == {**found, "at": found["at"]}
    api = json.loads(demo.get("/api/v1/status"))
    assert api.keys() == found.keys()


def test_every_printing_command_prints_text_json_and_csv(demo: Demo) -> None:
    for command, name in (("status", "circuits"), ("circuits", "circuits"), ("runs", "runs")):
        assert len(demo.rows(name, command, "--group", "port")) >= 9
        table = list(csv.DictReader(io.StringIO(demo(command, "--group", "port", "--csv").stdout)))
        assert len(table) >= 9
        assert demo(command, "--group", "port", lang="zh").stdout.count("\n") >= 11


def test_ping_and_trace_ask_from_where_the_collector_stands(demo: Demo) -> None:
    [ping] = demo.rows("pings", "ping", "haikou-ct", "--count", "2")
    assert (ping["sent"], ping["received"]) == (2, 2)
    hops = demo.rows("hops", "trace", "haikou-ct")
    assert [hop["distance"] for hop in hops] == [1, 2]
    assert hops[-1]["address"] == ping["address"]


def test_once_the_practice_network_is_gone_nothing_is_sent_to_its_addresses(tmp_path: Path) -> None:
    (tmp_path / "practice-network").touch()
    for command in ("ping", "trace"):
        done = linewalker(command, "haikou-ct", "-c", TRANSPORT, "--data", tmp_path)
        assert done.returncode == 2
        assert done.stderr.strip() == (
            f"the practice network of {tmp_path} is not running: start it with `linewalker demo --data {tmp_path}`"
        )


def test_the_lines_of_the_practice_network_can_be_listed_and_made_lossy(demo: Demo) -> None:
    assert len(demo.rows("lines", "lab", "lines")) == 94
    [line] = demo.rows("lines", "lab", "degrade", "danzhou-ct", "--loss", "0.5", "--delay", "0.05")
    assert line["loss"] == 0.5
    [ping] = demo.rows("pings", "ping", "danzhou-ct", "--count", "20")
    assert 0 < ping["received"] < 20
    assert min(ping["rtts"]) > 0.04
    demo("lab", "restore", "danzhou-ct")


def test_the_ledger_of_a_running_service_keeps_every_rule(demo: Demo) -> None:
    done = demo("ledger", "check")
    assert done.returncode == 0
    assert "every rule holds" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("status", "--circuit", "nowhere"), "there is no circuit nowhere in the configuration"),
        (("runs", "--group", "nowhere"), "there is no group nowhere in the configuration"),
        (("runs", "--from", "yesterday"), "yesterday is not a time; write 2026-03-01, 2026-03-01T08:00"),
        (("ping", "nowhere"), "there is no circuit nowhere in the configuration"),
        (("lab", "cut", "sanya-cx"), "sanya-c"),
    ],
)
def test_bad_input_gets_one_message_and_status_2(demo: Demo, words: tuple[str, ...], message: str) -> None:
    done = demo(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_messages_are_chinese_by_default(demo: Demo) -> None:
    assert "线路" in demo("status", "--circuit", "nowhere", lang="zh").stderr


def test_practice_and_real_facts_never_share_a_ledger(demo: Demo, tmp_path: Path) -> None:
    real = linewalker("run", "-c", demo.network, "--data", demo.data)
    assert real.returncode == 2
    assert "holds facts of the practice network" in real.stderr
    (tmp_path / "ledger.sqlite").touch()
    practice = linewalker("demo", "--network", demo.network, "--data", tmp_path)
    assert practice.returncode == 2
    assert "holds real facts" in practice.stderr


def test_without_configuration_or_ledger_it_says_what_to_do(tmp_path: Path) -> None:
    started = linewalker("run", cwd=tmp_path)
    assert started.returncode == 2
    assert "there is no ./linewalker.yaml here" in started.stderr
    asked = linewalker("status", cwd=tmp_path)
    assert asked.returncode == 2
    assert "there is no ledger at" in asked.stderr


def test_the_past_can_be_read_without_any_file_but_the_ledger(demo: Demo, tmp_path: Path) -> None:
    done = linewalker("runs", "--circuit", "sanya-ct", "--json", "--data", demo.data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["runs"]


def test_check_lists_every_problem_at_once(tmp_path: Path) -> None:
    good = linewalker("check", TRANSPORT)
    assert (good.returncode, good.stderr) == (0, "")
    bad = tmp_path / "bad.yaml"
    bad.write_text("organisation: x\nvantage: {name: y}\ncircuits: [{id: a}]\n", encoding="utf-8")
    found = linewalker("check", bad, "--json")
    assert found.returncode == 1
    assert len(json.loads(found.stdout)["findings"]) > 3
    assert linewalker("check", tmp_path / "none.yaml").returncode == 2


def test_where_namespaces_are_forbidden_the_page_still_comes_up_with_the_remedy(tmp_path: Path) -> None:
    network = listening_elsewhere(TRANSPORT, tmp_path)
    inner = (
        f"{needed('ip')} link set lo up; echo 0 > /proc/sys/user/max_user_namespaces;"
        f' "{sys.executable}" -m collector.cli demo --network "{network}" --data "{tmp_path}/data" &'
        " demo=$!;"
        f' "{sys.executable}" -c "{_FETCH}" "$(head -1 "{network}" | cut -d" " -f2)"; kill $demo; wait $demo'
    )
    done = subprocess.run(
        [needed("unshare"), "-Urn", "sh", "-c", inner],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert "max_user_namespaces" in done.stdout, done.stdout + done.stderr
    health = json.loads(done.stdout.splitlines()[-1])
    assert health["watching"] is False
    assert "max_user_namespaces" in health["problem"]


# Until it says the remedy; a busy machine takes its time.
_FETCH = (
    "import sys, time, urllib.request, urllib.error\n"
    "said = ''\n"
    "for _ in range(300):\n"
    "    try: said = urllib.request.urlopen('http://' + sys.argv[1] + '/healthz').read().decode()\n"
    "    except urllib.error.HTTPError as error: said = error.read().decode()\n"
    "    except OSError: pass\n"
    "    if 'max_user' in said: break\n"
    "    time.sleep(0.5)\n"
    "print(said)"
)
