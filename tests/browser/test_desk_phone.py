"""A phone on the desk as a whole: made in Administration, it signs in, is chosen, and lifted when a caller comes."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fanal.agents.models import Agent, PhoneLine
from fanal.channels.asterisk.ari import Orders, path_of
from fanal.demo import cast
from fanal.interactions.models import Leg
from fanal.running.pbx.configuration import Pbx
from tests.browser.company import Desk, sign_in
from tests.browser.conftest import Program
from tests.browser.sounds import share_of
from tests.browser.test_call import NUMBER, caller, centre, connected, desk, local, orders, recorded, telephone  # noqa: F401
from tests.browser.test_recorded_talks import look
from tests.channels.asterisk.phones import SCENARIOS, Caller, Telephone
from tests.channels.asterisk.voices import says
from tests.servers import free_ports, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
HEARD = 600  # Hz: of the phone on the desk


def signs_in(name: str, secret: str, *, pbx_port: int, port: int, folder: Path) -> bool:
    """Whether a phone of plain SIP at this port is let in with what somebody typed into it."""
    sipp = shutil.which("sipp")
    if sipp is None:
        pytest.skip("NOT TESTED: there is no SIPp on this machine (Debian's package sip-tester)")
    scenario = folder / "registers.xml"
    told = (SCENARIOS / "registers.xml").read_text()
    scenario.write_text(told.replace("THE_NAME", name).replace("THE_PASSWORD", secret).replace("[name]", name))
    command = [
        sipp, f"127.0.0.1:{pbx_port}", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-m", "1",
        "-nostdin", "-timeout", "20", "-timeout_error",
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode == 0


def key_of(email: str, program: Program) -> int:
    with program.rows():
        return Agent.objects.get(email=email).pk


def opened(page: Page, centre: Program) -> None:  # noqa: F811
    """From the agent's page in Administration."""
    page.goto(f"{centre.url}/administration/agents/{key_of(cast.AGENT, centre)}/")
    page.get_by_role("link", name="Desk phone").click()


def test_a_desk_phone_is_made_signs_in_is_chosen_and_takes_the_call(
    desk: Desk,  # noqa: F811
    centre: Program,  # noqa: F811
    telephone: Browser,  # noqa: F811
    connected: Pbx,  # noqa: F811
    orders: Orders,  # noqa: F811
    caller: Caller,  # noqa: F811
    local: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    page, pbx_port = desk.page, connected.sip_port
    recordings = local.outside(connected.folders.state / "spool" / "recording")
    office = telephone.new_context().new_page()
    sign_in(office, centre.url, cast.ADMINISTRATOR)
    opened(office, centre)
    office.get_by_role("button", name="Make an account").click()
    name, secret = (office.locator(f"#made-{what}").inner_text() for what in ("name", "secret"))
    office.get_by_role("link", name="I have entered it").click()
    expect(office.locator("body")).to_contain_text("Not yet: enter server")
    assert secret not in office.content()

    (port,) = free_ports(1)
    there = lambda: {one["resource"] for one in orders.ask("GET", path_of("endpoints", "PJSIP"))}  # noqa: E731
    until(lambda: name in there())
    assert not signs_in(name, "x" * 24, pbx_port=pbx_port, port=port, folder=tmp_path)
    assert signs_in(name, secret, pbx_port=pbx_port, port=port, folder=tmp_path)
    phone = Telephone(folder=tmp_path, port=port)
    with phone.there(lifts_after=1, at_once=1000, says=says(tmp_path / "says", [HEARD])):
        with centre.rows():
            until(lambda: PhoneLine.objects.there().filter(name=name).exists(), seconds=30)
        office.reload()
        expect(office.locator("body")).to_contain_text(f"127.0.0.1:{port}")

        page.goto(f"{centre.url}/phone/")
        page.get_by_label("At the desk phone").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator('#phone[data-state="desk"]')).to_be_visible()
        page.goto(centre.url)
        with caller.calls(NUMBER, of="+33612345678", seconds=20):
            expect(page).to_have_url(re.compile(r"/interactions/\d+/"), timeout=30_000)
            expect(page.locator("#call.talking")).to_be_visible()
            expect(desk.about).to_contain_text("Nobody we know yet")
            share, _power = share_of(HEARD, recorded(page, orders, recordings), since=0.5)
            assert share > 0.7, "who speaks into the desk phone is heard in the talk"
            expect(page.locator("#wrap-up")).to_be_visible(timeout=60_000)
        with centre.rows():
            until(lambda: not Leg.objects.filter(ended_at=None).exists())
            until(lambda: orders.ask("GET", path_of("channels")) == [])
        read = page.url
        desk.wrap_up(outcome="Information given")
        page.goto(read)
        with caller.calls(NUMBER, of="+33612345679", seconds=20):
            page.wait_for_url(lambda url: url != read, timeout=30_000)
            expect(page.locator("#call.talking")).to_be_visible()
            expect(page.locator("#wrap-up")).to_be_visible(timeout=60_000)
        desk.wrap_up(outcome="Information given")

    page.goto(f"{centre.url}/phone/")
    page.get_by_label("In the browser").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator('#phone[data-state="ready"]')).to_be_visible()
    office.reload()
    office.get_by_role("button", name="Revoke").click()
    expect(office.get_by_role("button", name="Make an account")).to_be_visible()
    until(lambda: name not in there())
    assert not signs_in(name, secret, pbx_port=pbx_port, port=port, folder=tmp_path)
    office.context.close()


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "en"), (390, "light", "ar")]
)
def test_its_pages_fit_every_window(
    at_desk: Callable[..., Desk], program: Program, width: int, scheme: str, language: str
) -> None:
    pk = key_of(cast.SECOND, program)
    page = at_desk(
        cast.ADMINISTRATOR,
        path=f"/administration/agents/{pk}/desk-phone/",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",  # no picture can be taken while one page turns into the next
    ).page
    page.context.add_cookies([{"name": "language", "value": language, "url": program.url}])
    page.reload()
    there = {"none": ".card form .main", "made": "#made-secret", "standing": "form[action='revocation/']"}
    for what, shown in there.items():
        expect(page.locator(shown)).to_be_visible()
        look(page, f"desk-phone-{what}-{width}-{language}")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        if what == "none":
            page.locator(".card form .main").click()
        elif what == "made":
            page.locator("main p > a.button").click()
    page.locator("form[action='revocation/'] button").click()
