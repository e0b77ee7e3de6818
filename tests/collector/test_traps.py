"""The two traps of dual-homed branches: what answers over the other line proves nothing about this one."""

import time
from pathlib import Path

import pytest

from lab import control
from tests.practice import Practice, practice

NETWORK = """
organisation: 测试单位
vantage:
  name: 中心机房
  sentinels: {near: [10.0.0.1], far: [10.0.1.1]}
rounds:
  icmp: {interval: 3s, retries: 1, retry_after: 0.5s, timeout: 1s, fast: 1s}
carriers:
  - {id: ct, name: 中国电信}
  - {id: cm, name: 中国移动}
sites:
  - {id: centre, name: 中心}
  - {id: sanya, name: 三亚}
  - {id: wenchang, name: 文昌}
circuits:
  - {id: sanya-ct, name: 三亚主用, group: branch, carrier: ct, termination_a: centre, termination_z: sanya,
     address: 10.64.0.2, path: direct}
  - {id: sanya-cm, name: 三亚备用, group: branch, carrier: cm, termination_a: centre, termination_z: sanya,
     address: 10.21.0.2, path: unproven}
  - {id: wenchang-ct, name: 文昌主用, group: branch, carrier: ct, termination_a: centre, termination_z: wenchang,
     address: 10.64.0.10, path: direct}
  - {id: wenchang-cm, name: 文昌备用, group: branch, carrier: cm, termination_a: centre, termination_z: wenchang,
     address: 10.64.0.14, source: 10.0.0.3, path: pinned}
services:
  - {id: sanya, name: 三亚业务, group: branch, site: sanya, check: {address: 10.20.0.2},
     circuits: [sanya-ct, sanya-cm]}
  - {id: wenchang, name: 文昌业务, group: branch, site: wenchang, check: {address: 10.20.0.3},
     circuits: [wenchang-ct, wenchang-cm]}
"""

SHORTEST_SURE = 3.5


@pytest.fixture(scope="module")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("traps") / "network.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    return path


def down(network: Practice) -> set[tuple[str, str]]:
    rows = network.query(
        'SELECT c.kind, c.subject FROM run JOIN "check" c ON c.id = run."check"'
        " WHERE outcome = 0 AND ended_at IS NULL"
    )
    return {(kind, subject) for kind, subject in rows}


def cut_and_look(network: Practice, line: str, *, silent: bool = False) -> set[tuple[str, str]]:
    control.cut(network.folder, line, silent=silent)
    time.sleep(2 * SHORTEST_SURE + 2)
    return down(network)


def test_a_dead_backup_whose_far_address_answers_through_the_main_claims_nothing(
    network_file: Path, tmp_path: Path
) -> None:
    with practice(network_file, tmp_path / "data") as network:
        network.await_watch()
        # its check goes on answering, over the main line: that is why it is marked unproven
        assert cut_and_look(network, "sanya-cm") == set()
        # a pinned line tells the truth about itself: its packets travel no other line
        assert cut_and_look(network, "wenchang-cm") == {("circuit", "wenchang-cm")}
        # the main goes too: its own check tells, and so do the unproven one and the service behind both
        assert cut_and_look(network, "sanya-ct") == {
            ("circuit", "wenchang-cm"),
            ("circuit", "sanya-ct"),
            ("circuit", "sanya-cm"),
            ("service", "sanya"),
        }


def test_a_main_cut_under_static_routes_takes_the_service_down_though_the_backup_is_up(
    network_file: Path, tmp_path: Path
) -> None:
    with practice(network_file, tmp_path / "data") as network:
        network.await_watch()
        # the link stays up, so the static route still points at the dead line: 切换失败
        assert cut_and_look(network, "wenchang-ct", silent=True) == {
            ("circuit", "wenchang-ct"),
            ("service", "wenchang"),
        }
        control.restore(network.folder, "wenchang-ct")
        network.await_rows(
            'SELECT 1 FROM run JOIN "check" c ON c.id = run."check" WHERE outcome = 0 AND c.kind = ?'
            " AND ended_at IS NOT NULL",
            "service",
            seconds=6,
        )
        # a cut that both ends can see: the route fails over and users notice nothing
        assert cut_and_look(network, "wenchang-ct") == {("circuit", "wenchang-ct")}
