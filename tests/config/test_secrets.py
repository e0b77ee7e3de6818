"""Secrets stand outside the configuration, and whatever holds or refuses one never shows it."""

from pathlib import Path

import pytest

from config.errors import ConfigError, LinewalkerError
from config.load import check, load
from config.model import Config, Storage
from config.secret import Secret
from tests.config.written import CIRCUIT, HEAD, load_written

PASSWORD = "hunter2"
BAD = Path(__file__).parent / "bad"


def with_storage(folder: Path, storage: str) -> Config:
    return load_written(folder, f"{HEAD}{CIRCUIT}storage: {storage}\n")


def test_a_secret_shows_itself_only_when_asked_by_name() -> None:
    secret = Secret(PASSWORD)
    assert secret.reveal() == PASSWORD
    assert PASSWORD not in f"{secret} {secret!r} {[secret]} {secret!s:>20}"


def test_a_password_is_put_into_the_url_only_when_revealed(tmp_path: Path) -> None:
    config = with_storage(
        tmp_path, "{url: 'postgresql+psycopg://ledger@db.example:5433/lines', password: env:PW}"
    )
    url = config.storage.reveal_url({"PW": "p@ss/w:rd"})
    assert url.reveal() == "postgresql+psycopg://ledger:p%40ss%2Fw%3Ard@db.example:5433/lines"
    for shown in (
        repr(config),
        str(config),
        str(config.model_dump()),
        config.model_dump_json(),
        config.text,
        repr(url),
    ):
        assert "p@ss" not in shown
        assert "p%40ss" not in shown


def test_a_whole_url_may_come_from_the_environment(tmp_path: Path) -> None:
    config = with_storage(tmp_path, "{url: env:LEDGER}")
    assert config.storage.url == "env:LEDGER"
    assert config.storage.reveal_url({"LEDGER": "postgresql://a:b@c/d"}).reveal() == "postgresql://a:b@c/d"


def test_a_secret_may_come_from_the_first_line_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(f"{PASSWORD}\n# not this\n")
    config = with_storage(tmp_path, f"{{url: 'postgresql://u@h/d', password: 'file:{tmp_path}/pw'}}")
    assert config.storage.reveal_url({}).reveal() == f"postgresql://u:{PASSWORD}@h/d"


def test_without_storage_there_is_no_url(tmp_path: Path) -> None:
    assert load_written(tmp_path, HEAD + CIRCUIT).storage.reveal_url({}).reveal() == ""


@pytest.mark.parametrize("reference", ["env:NOWHERE", "file:/nowhere/ledger", "file:/proc"])
def test_a_secret_that_is_not_there_is_named_by_its_reference(reference: str) -> None:
    with pytest.raises(LinewalkerError, match="secret") as refused:
        Storage(url=reference).reveal_url({})
    assert reference.partition(":")[2] in str(refused.value)


@pytest.mark.parametrize(
    "name", sorted(path.name for path in BAD.glob("s*.yaml") if PASSWORD in path.read_text("utf-8"))
)
def test_what_refuses_a_secret_does_not_repeat_it(name: str) -> None:
    findings = check(BAD / name)
    assert findings
    assert PASSWORD not in repr(findings)
    assert PASSWORD not in "".join(map(str, findings))


def test_the_whole_error_and_its_chain_hide_a_refused_secret() -> None:
    with pytest.raises(ConfigError) as refused:
        load(BAD / "secret-in-url.yaml")
    error: BaseException | None = refused.value
    while error is not None:
        assert PASSWORD not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__


def test_pydantic_itself_does_not_repeat_a_secret_given_from_python() -> None:
    with pytest.raises(ValueError, match="password") as refused:
        Storage(url=f"postgresql://u:{PASSWORD}@h/d")
    assert PASSWORD not in str(refused.value)
