"""The requirement files say what the lock says, in every package, version and hash, and neither names a host."""

import re
import tomllib

import pytest


def locked(root):
    """Read the lock: name -> (version, hashes), without the project itself."""
    lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    return {
        package["name"]: (
            package["version"],
            {file["hash"] for file in [*package.get("wheels", []), package.get("sdist", {"hash": None})]} - {None},
        )
        for package in lock["package"]
        if package["name"] != "casevault"
    }


def required(text):
    """Read a requirements file: name -> (version, hashes)."""
    entries = re.findall(r"^([a-z0-9-]+)==([^ ;]+)[^\n]*((?: \\\n    --hash=\S+)+)$", text, re.MULTILINE)
    return {name: (version, set(re.findall(r"--hash=(\S+)", hashes))) for name, version, hashes in entries}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_agree_with_the_lock(project, name):
    text = (project.root / name).read_text(encoding="utf-8")
    found, lock = required(text), locked(project.root)
    assert len(found) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    assert found == {package: lock[package] for package in found}
    if name == "requirements-dev.txt":
        assert set(found) == set(lock)


def test_requirements_cover_what_the_project_declares(project):
    declared = tomllib.loads((project.root / "pyproject.toml").read_text(encoding="utf-8"))
    names = [re.match(r"[a-z0-9-]+", line)[0] for line in declared["project"]["dependencies"]]
    assert set(names) <= set(required((project.root / "requirements.txt").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["uv.lock", "requirements.txt", "requirements-dev.txt"])
def test_no_host_is_named(project, name):
    assert "://" not in (project.root / name).read_text(encoding="utf-8")
