"""What is shipped, what it depends on, and which room may import which."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import distributions, packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("collector", "config", "exporters", "indicators", "lab", "probes")
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def packages_in_tree() -> Iterator[str]:
    for room in ROOMS:
        for found in (ROOT / room).rglob("__init__.py"):
            yield ".".join(found.parent.relative_to(ROOT).parts)


def test_the_packages_that_are_shipped_are_those_of_the_tree(project: dict[str, Any]) -> None:
    assert sorted(project["tool"]["setuptools"]["packages"]) == sorted(packages_in_tree())


def test_every_room_has_code_only_in_packages() -> None:
    packages = set(packages_in_tree())
    for room in ROOMS:
        for source in (ROOT / room).rglob("*.py"):
            assert ".".join(source.parent.relative_to(ROOT).parts) in packages, source


def test_no_dependency_brings_a_top_level_name_of_ours() -> None:
    brought = packages_distributions()
    for name in (*ROOMS, "tests", "bench"):
        assert set(brought.get(name, ())) <= {"linewalker"}, name


def test_no_dependency_puts_a_folder_with_a_name_of_ours_beside_us() -> None:
    for distribution in distributions():
        if distribution.metadata["Name"] == "linewalker":
            continue
        tops = {path.parts[0].removesuffix(".py") for path in distribution.files or ()}
        assert not tops & {*ROOMS, "tests", "bench"}, distribution.metadata["Name"]


def test_the_rooms_import_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def normal(requirement: str) -> str:
    """The name in a requirement, as package indexes compare it."""
    name = re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> dict[str, list[str]]:
    """The hashes of every requirement of a lock, by canonical name."""
    found: dict[str, list[str]] = {}
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        requirement, *hashes = line.split(" --hash=")
        found[normal(requirement)] = [one.strip() for one in hashes]
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for line in text.splitlines():
        assert re.fullmatch(
            r"[\w.\[\],-]+==[\w.+!]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line
        ), line


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_requirement_by_hash(name: str) -> None:
    for requirement, hashes in locked(name).items():
        assert hashes, requirement


def test_the_locks_cover_what_the_project_depends_on(project: dict[str, Any]) -> None:
    extra = project["project"]["optional-dependencies"]
    needed = set(map(normal, project["project"]["dependencies"] + extra["build"]))
    assert needed <= set(locked("requirements.lock"))
    assert needed | set(map(normal, extra["dev"])) <= set(locked("requirements-dev.lock"))


def test_the_development_lock_pins_the_versions_that_are_shipped() -> None:
    shipped, developed = (set((ROOT / name).read_text("utf-8").splitlines()) for name in LOCKS)
    pins = {line for line in shipped if "==" in line}
    assert pins <= developed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, project: dict[str, Any]) -> set[str]:
    """The names of the files in a wheel built from a copy of the tree."""
    copy, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    parts = [*ROOMS, "pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]]
    subprocess.run(["cp", "-r", *(ROOT / one for one in parts if (ROOT / one).exists()), copy], check=True)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [*build, "--disable-pip-version-check", "-q", "-w", out, copy],
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = out.glob("linewalker-*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    ("folder", "least"),
    [
        ("config/examples", 4),
        ("config/scoring_profiles", 3),
        ("lab/scenarios", 1),
        ("exporters/locale", 1),
        ("exporters/web/static", 1),
        ("exporters/web/templates", 1),
        ("collector/ledger/migrations", 3),
    ],
)
def test_a_wheel_holds_every_file_that_is_read_at_run_time(folder: str, least: int, wheel: set[str]) -> None:
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    needed = {str(path.relative_to(ROOT)) for path in files if path.suffix not in (".pyc", ".mako")}
    assert len(needed) >= least
    assert needed <= wheel


def test_a_wheel_holds_nothing_but_the_rooms(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)
