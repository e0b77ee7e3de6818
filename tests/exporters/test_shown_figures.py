"""The live figures of a probe on the page, in the status and among the metrics."""

from dataclasses import replace

import httpx
import numpy as np
import pytest

from exporters.reading import Kind, Overview, Subject
from tests.exporters.network import AT, COLLECTOR, NAN, Told, columns
from tests.exporters.served import served

FIGURES = {
    "dns_seconds": np.array([0.0012, NAN]),
    "first_byte_seconds": np.array([0.25, NAN]),
    "certificate_days": np.array([83.7, NAN]),
}


def two_systems() -> Told:
    subjects = (Subject("portal", "门户网站"), Subject("mail", "邮件系统"))
    now = replace(columns(2), values=FIGURES, reason={0: "the certificate ends in 84 days"})
    kinds = {"circuits": Kind((), columns(0)), "systems": Kind(subjects, now)}
    return Told(Overview(AT, kinds, COLLECTOR))


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """What is answered at three places."""
    with served(two_systems()) as address:
        return {path: httpx.get(address + path).text for path in ("/?lang=zh", "/metrics", "/api/v1/status")}


def test_the_page_shows_phases_and_certificate_days_where_there_are_any(shown: dict[str, str]) -> None:
    page = shown["/?lang=zh"]
    for words in ("域名解析 1.20 ms", "首字节 250 ms", "证书剩余 83 天", "证书将在 84 天后到期"):
        assert page.count(words) == 1
    assert "建立连接" not in page


def test_metrics_have_a_sample_for_each_figure_that_is_known(shown: dict[str, str]) -> None:
    lines = [line for line in shown["/metrics"].splitlines() if "certificate_days" in line]
    assert lines == [
        "# HELP linewalker_system_certificate_days Days until the first certificate of the chain ends.",
        "# TYPE linewalker_system_certificate_days gauge",
        'linewalker_system_certificate_days{system="portal",group="",site=""} 83.7',
    ]


def test_the_status_names_them_by_system(shown: dict[str, str]) -> None:
    portal, mail = httpx.Response(200, text=shown["/api/v1/status"]).json()["systems"]
    assert portal["figures"] == {"dns_seconds": 0.0012, "first_byte_seconds": 0.25, "certificate_days": 83.7}
    assert mail["figures"] == {}
