"""Settings come from variables, and what cannot be one is said in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fanal.environment import ROOT, Environment
from fanal.variables import NotUnderstood, read


def test_what_is_not_given_keeps_its_default() -> None:
    assert read(Environment, {"UNRELATED": "1"}) == Environment()


def test_each_kind_of_setting_is_read() -> None:
    given = read(
        Environment,
        {
            "FANAL_HOME": "/srv/fanal",
            "DATABASE_URL": "postgresql://db.example/contacts",
            "FANAL_POSTGRES_SETTINGS": '{"shared_buffers": "1GB"}',
            "FANAL_DEBUG": "True",
            "FANAL_PORT": "9000",
            "FANAL_ALLOWED_HOSTS": '["desk.example.org", "فانوس.example"]',
            "FANAL_PBX_MEDIA_PORTS": "[30000, 39999]",
        },
    )
    assert (given.home, given.database_url, given.debug, given.port) == (
        Path("/srv/fanal"), "postgresql://db.example/contacts", True, 9000,
    )  # fmt: skip
    assert given.postgres_settings == {"shared_buffers": "1GB"}
    assert given.allowed_hosts == ["desk.example.org", "فانوس.example"]
    assert given.pbx_media_ports == (30000, 39999)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FANAL_PORT", "eight thousand"),
        ("FANAL_PORT", ""),
        ("FANAL_DEBUG", "perhaps"),
        ("FANAL_ALLOWED_HOSTS", "desk.example.org"),
        ("FANAL_ALLOWED_HOSTS", '"desk.example.org"'),
        ("FANAL_ALLOWED_HOSTS", "[1]"),
        ("FANAL_POSTGRES_SETTINGS", '{"max_connections": 100}'),
        ("FANAL_POSTGRES_SETTINGS", "[]"),
        ("FANAL_PBX_MEDIA_PORTS", "[1]"),
        ("FANAL_PBX_MEDIA_PORTS", "[1, true]"),
    ],
)
def test_what_a_setting_cannot_be_is_named_with_what_is_expected(name: str, text: str) -> None:
    with pytest.raises(NotUnderstood, match=rf"^{name}=.* is expected\.$"):
        read(Environment, {name: text})


def test_a_command_says_it_in_one_line() -> None:
    command = [sys.executable, "-m", "fanal", "live"]
    env = {**os.environ, "FANAL_PORT": "eight thousand"}
    said = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 1
    assert said.stderr == "FANAL_PORT=eight thousand is not understood: a whole number is expected.\n"
