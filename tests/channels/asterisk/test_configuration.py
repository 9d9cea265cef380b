"""What Asterisk is told, and above all what it is not told."""

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from fanal.environment import Environment
from fanal.running.pbx import Local, pbx_of
from fanal.running.pbx.configuration import Folders, Pbx, Trunk, files
from fanal.running.pbx.configuration.programs import MODULES

FOLDERS = Folders(settings=PurePosixPath("/etc/x"), state=PurePosixPath("/var/x"), modules=PurePosixPath("/lib/x"))
PBX = Pbx(
    name="one",
    secret="a-secret-of-the-tests-alone",
    folders=FOLDERS,
    trunks=(Trunk(name="carrier", address="192.0.2.7", port=5061), Trunk(name="second", address="2001:db8::7")),
)


def sections(name: str, pbx: Pbx = PBX) -> list[tuple[str, dict[str, str]]]:
    """The sections of one file in their order; the same name may come again."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in files(pbx)[name].splitlines():
        if header := re.match(r"\[([^]]+)\]", line):
            found.append((header[1], {}))
        elif "=" in line and not line.startswith(";"):
            key, _, value = line.partition("=")
            found[-1][1][key.strip()] = value.lstrip("> ").strip()
    return found


def test_a_trunk_is_known_by_its_address_and_its_port() -> None:
    told = [values["match"] for _, values in sections("pjsip.conf") if values.get("type") == "identify"]
    assert told == ["192.0.2.7:5061", "[2001:db8::7]:5060"]


def test_nobody_may_call_without_a_name_and_nobody_from_outside_may_transfer() -> None:
    text = files(PBX)["pjsip.conf"]
    assert "anonymous" not in re.sub(r";.*", "", text)
    endpoints = [values for _, values in sections("pjsip.conf") if values.get("type") == "endpoint"]
    assert len(endpoints) == 2
    for endpoint in endpoints:
        assert (endpoint["context"], endpoint["allow_transfer"], endpoint["allow_subscribe"]) == (
            "from-outside",
            "no",
            "no",
        )


def test_no_context_leads_to_another_or_to_an_outside_line() -> None:
    text = files(PBX)["extensions.conf"]
    assert [name for name, _ in sections("extensions.conf")] == ["general", "from-outside", "from-agents", "from-guest"]
    assert not re.search(r"include|Dial|Originate|Goto\((from|s\b)|System|AGI|Exec", text)


def test_the_rest_interface_answers_in_plain_text_on_this_machine_only() -> None:
    for address in ("127.0.0.1", "192.0.2.9", "0.0.0.0", "2001:db8::9"):
        told = dict(sections("http.conf", replace(PBX, address=address)))["general"]
        assert told["bindaddr"] == "127.0.0.1"
        assert "tlsenable" not in told


def test_sip_is_taken_from_carriers_phones_and_this_machine_and_from_nobody_else() -> None:
    text = files(replace(PBX, networks=("192.168.7.0/24",)))["pjsip.conf"]
    door = text[text.index("[door]") :].split("[udp]")[0].splitlines()
    assert door[:4] == ["[door]", "type = acl", "deny = 0.0.0.0/0.0.0.0", "deny = ::/0"]
    permitted = [one.removeprefix("permit = ") for one in door[4:] if one]
    assert permitted == ["127.0.0.1/32", "::1/128", "192.168.7.0/24", "192.0.2.7/32", "2001:db8::7/128"]


def test_no_module_can_run_a_program_ask_the_web_or_read_a_database() -> None:
    forbidden = (
        "system",
        "shell",
        "agi",
        "curl",
        "exec",
        "externalivr",
        "odbc",
        "pgsql",
        "ldap",
        "env",
        "file",
        "db",
        "lua",
    )
    assert [name for name in MODULES if any(part in name.split("_") for part in forbidden)] == []
    assert sections("modules.conf")[0][1]["autoload"] == "no"
    assert dict(sections("asterisk.conf"))["options"]["live_dangerously"] == "no"
    assert dict(sections("manager.conf"))["general"]["enabled"] == "no"


def test_with_a_certificate_the_plain_door_is_for_this_machine_alone() -> None:
    open_to_all = replace(PBX, address="192.0.2.1", certificate=PurePosixPath("/c.pem"), key=PurePosixPath("/k.pem"))
    http = sections("http.conf", open_to_all)[0][1]
    assert (http["bindaddr"], http["tlsbindaddr"]) == ("127.0.0.1", "192.0.2.1:8089")
    ways = [values for _, values in sections("pjsip.conf", open_to_all) if values.get("type") == "transport"]
    assert [values["protocol"] for values in ways] == ["udp", "ws", "wss"]
    assert not [values for _, values in sections("pjsip.conf", open_to_all) if values.get("type") == "acl"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "has a blank"},
        {"folders": replace(FOLDERS, state=PurePosixPath("/" + "x" * 100))},
        {"secret": "short"},
        {"secret": "one line\n[another]\ntype=user"},
        {"address": "pbx.example"},
        {"sip_port": 0},
        {"http_port": 65536},
        {"first_media_port": 20000, "last_media_port": 20100},
        {"trunks": (Trunk(name="a", address="192.0.2.7"), Trunk(name="a", address="192.0.2.8"))},
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"name|secret|address|port|calls|path"):
        replace(PBX, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x]\n[y"},
        {"name": "Carrier"},
        {"address": "sip.carrier.example"},
        {"address": "1.2.3.4\nx=y"},
        {"port": 0},
    ],
)
def test_a_trunk_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"name|address|port"):
        Trunk(**{"name": "carrier", "address": "192.0.2.7", **wrong})


@pytest.mark.parametrize(
    ("told", "address", "port"),
    [
        ("carrier=192.0.2.7", "192.0.2.7", 5060),
        ("carrier=192.0.2.7:5061", "192.0.2.7", 5061),
        ("carrier=[2001:db8::7]", "2001:db8::7", 5060),
        ("carrier=[2001:db8::7]:5061", "2001:db8::7", 5061),
    ],
)
def test_a_trunk_is_written_with_its_address_and_where_it_differs_its_port(told: str, address: str, port: int) -> None:
    given = Environment(pbx_trunks=[told], secret="of the tests")
    assert pbx_of(given, Local(root=None)).trunks == (Trunk(name="carrier", address=address, port=port),)
