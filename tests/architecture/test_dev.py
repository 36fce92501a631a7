"""`dev.py` explains itself and refuses what it cannot work with, before it touches anything."""

import subprocess
import sys


def run(project, code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=project.root, capture_output=True, text=True, check=False
    )


def test_help_names_every_command(project):
    done = run(project, "import dev; raise SystemExit(dev.main(['--help']))")
    assert done.returncode == 0
    for command in ("demo", "test", "lint", "docs", "reader", "bench", "lock", "--deep", "--seed", "--cov"):
        assert command in done.stdout


def test_unknown_command_is_a_usage_error(project):
    done = run(project, "import dev; raise SystemExit(dev.main(['tset']))")
    assert done.returncode == 2
    assert "tset" in done.stderr


def test_old_python_is_refused_in_plain_words(project):
    done = run(project, "import sys; sys.version_info = (3, 10, 2); import dev; dev.main(['test'])")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_venv_is_refused_in_plain_words(project):
    code = (
        "import importlib.util as u; old = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'ensurepip' else old(name)\n"
        "import dev; dev.main(['test'])"
    )
    done = run(project, code)
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert "Traceback" not in done.stderr
