"""Whether this machine allows a practice network, and what is said where it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab import enter
from lab.allowed import Refusal, obstacle
from tests.lab.written import write_small
from tests.programs import needed

ROOT = Path(__file__).parents[2]


def test_here_nothing_stands_in_the_way() -> None:
    assert enter.why_not() is None


@pytest.mark.parametrize(
    ("setting", "value", "refusal"),
    [
        ("user/max_user_namespaces", "0", Refusal.NO_USER_NAMESPACES),
        ("user/max_net_namespaces", "0", Refusal.NO_NETWORK_NAMESPACES),
        ("kernel/unprivileged_userns_clone", "0", Refusal.USERNS_CLONE),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", Refusal.APPARMOR),
    ],
)
def test_the_setting_that_forbids_it_is_named_with_its_remedy(
    tmp_path: Path, setting: str, value: str, refusal: Refusal
) -> None:
    (tmp_path / "user").mkdir()
    (tmp_path / "kernel").mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    assert obstacle(tmp_path, container=False) is refusal
    assert setting.replace("/", ".") in refusal.value


def test_without_a_telling_setting_a_container_is_blamed_if_it_is_one(tmp_path: Path) -> None:
    assert obstacle(tmp_path, container=True) is Refusal.CONTAINER
    assert obstacle(tmp_path, container=False) is Refusal.UNKNOWN


def limited(limit: str, number: int, program: str) -> "subprocess.CompletedProcess[str]":
    """Run a program in a user namespace in which the number of some namespaces is limited."""
    write = f"echo {number} > /proc/sys/user/{limit} && exec {sys.executable} -c '{program}'"
    return subprocess.run(
        [needed("unshare"), "-Ur", "sh", "-c", write],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        ("max_user_namespaces", Refusal.NO_USER_NAMESPACES),
        ("max_net_namespaces", Refusal.NO_NETWORK_NAMESPACES),
    ],
)
def test_where_namespaces_are_really_forbidden_the_cause_is_found(limit: str, refusal: Refusal) -> None:
    done = limited(limit, 0, "from lab import enter; print(enter.why_not())")
    assert done.stdout.strip() == refusal.value
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("limit", "number", "refusal"),
    [
        ("max_user_namespaces", 0, Refusal.NO_USER_NAMESPACES),
        ("max_net_namespaces", 4, Refusal.NO_NETWORK_NAMESPACES),  # the small network needs more
    ],
)
def test_a_lab_started_where_it_is_forbidden_says_so_and_ends_with_3(
    tmp_path: Path, limit: str, number: int, refusal: Refusal
) -> None:
    program = (
        "import subprocess; from pathlib import Path; from lab import enter; "
        f'argv = enter.command(Path("{write_small(tmp_path)}"), Path("{tmp_path}"), ["true"]); '
        "done = subprocess.run(argv, capture_output=True, text=True); "
        "print(done.returncode, done.stderr)"
    )
    assert limited(limit, number, program).stdout.strip() == f"3 {refusal.value}"


def test_every_refusal_names_something_to_do_or_to_load() -> None:
    assert all(" " in refusal.value and refusal.value.isprintable() for refusal in Refusal)
    assert os.linesep not in "".join(refusal.value for refusal in Refusal)
