"""How what asks comes to its end: all rounds at once, however many there are."""

import socket
from pathlib import Path

import pytest

from collector.ask import Asker
from collector.rounds import Round
from probes.clock import SystemClock
from tests.awaiting import until

NETWORK = """
organisation: 测试单位
vantage: {{name: 机房, sentinels: {{near: [127.0.0.1]}}}}
rounds:
  tcp: {{interval: 4s, retries: 0, timeout: 1s, fast: 1s}}
  http: {{interval: 4s, retries: 0, timeout: 1s, fast: 1s}}
systems:
  - {{id: port, name: 端口, check: {{probe: tcp, address: 127.0.0.1, port: {port}}}}}
  - {{id: portal, name: 门户, check: {{probe: http, url: "http://127.0.0.1:{port}/"}}}}
"""


def test_every_round_is_told_to_end_before_any_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[bool]] = []
    stop = Round.stop
    with socket.create_server(("127.0.0.1", 0)) as listener:
        network = tmp_path / "network.yaml"
        network.write_text(NETWORK.format(port=listener.getsockname()[1]), "utf-8")
        asker = Asker(network, tmp_path, SystemClock())
        asker.start()
        until(lambda: len(asker.rounds) >= 2)

        def noted(one: Round) -> None:
            told.append([other.stopping.is_set() for other in asker.rounds])
            stop(one)

        monkeypatch.setattr(Round, "stop", noted)
        assert asker.stop(60)
    assert len(told) >= 2
    assert all(map(all, told))
