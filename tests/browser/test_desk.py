"""What an agent does at the desk, in Chromium: refusing, not answering, several talks, writing, keys alone."""

import re
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, Route, expect

from fanal.agents.models import Agent, AgentState
from fanal.cases.models import Case
from fanal.demo import cast
from fanal.events.actions import publish
from fanal.routing.models import Queue
from tests.browser.company import Desk, Shopper, shop_as, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.usefixtures("company")]
Open = Callable[..., Any]


@pytest.fixture
def shopper(program: Any, window: Callable[..., Page]) -> Open:
    def visit(**who: str) -> Shopper:
        return shop_as(window(), program.url, **who)

    return visit


def ring_for(program: Any, *, seconds: int) -> None:
    with program.rows():
        Queue.objects.filter(code="general").update(ring_seconds=seconds)
        publish(kind="config.changed", data={"what": "queue"}, audience=["admins"], now=timezone.now())


def test_a_declined_contact_rings_at_the_next_agent(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper().begin("Is anybody there?")
    expect(robin.offer).to_be_visible(timeout=20_000)
    noor = at_desk(cast.SECOND)
    noor.be("Available")
    robin.offer.get_by_role("button", name="Decline").click()
    expect(robin.offer).to_have_count(0)
    noor.accept()
    expect(noor.lines).to_contain_text("Is anybody there?")


def test_who_does_not_answer_is_not_rung_again(program: Any, at_desk: Open, shopper: Open) -> None:
    ring_for(program, seconds=2)
    try:
        robin = at_desk(cast.AGENT)
        robin.be("Available")
        shopper().begin("Hello?")
        expect(robin.offer).to_be_visible(timeout=20_000)
        expect(robin.page.locator("#state .state")).to_contain_text("Not answering", timeout=20_000)
        expect(robin.offer).to_have_count(0)
        expect(robin.page.locator("#work .banner")).to_contain_text("You did not answer")
        noor = at_desk(cast.SECOND)
        noor.be("Available")
        expect(noor.offer).to_be_visible(timeout=20_000)
        with program.rows():
            state = AgentState.objects.get(agent__email=cast.AGENT, ended_at=None)
            assert state.state == "not_answering"
    finally:
        ring_for(program, seconds=20)


def test_on_a_page_of_cases_it_rings_too_and_what_was_half_written_there_is_there_again(
    at_desk: Open, shopper: Open
) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    page = robin.page
    page.goto(f"{page.url.rstrip('/')}/cases/")
    expect(page.locator("#state .state")).to_contain_text("Available")
    page.locator("td.main-cell a").first.click()
    page.locator("#note-text").fill("Half a senten")
    of_case = page.url
    first = shopper()
    first.begin("Is anybody there?")
    expect(page.locator("#ringing .offer")).to_be_visible(timeout=20_000)
    page.locator("#ringing").get_by_role("button", name="Decline").click()
    expect(page.locator("#ringing .offer")).to_have_count(0)
    shopper().begin("And me?")
    expect(page.locator("#ringing .offer")).to_contain_text("Chat", timeout=20_000)
    page.keyboard.press("Escape")
    page.locator("h1").first.click()
    page.keyboard.press("a")
    expect(robin.lines).to_contain_text("And me?")
    assert "/interactions/" in page.url
    page.goto(of_case)
    expect(page.locator("#note-text")).to_have_value("Half a senten")
    page.locator("#note-text").fill("")
    page.reload()
    expect(page.locator("#note-text")).to_have_value("")


def test_who_does_not_answer_on_another_page_is_told_there(program: Any, at_desk: Open, shopper: Open) -> None:
    ring_for(program, seconds=2)
    try:
        robin = at_desk(cast.AGENT)
        robin.be("Available")
        robin.page.goto(f"{robin.page.url.rstrip('/')}/customers/")
        shopper().begin("Hello?")
        expect(robin.page.locator("#ringing .offer")).to_be_visible(timeout=20_000)
        expect(robin.page.locator("#ringing .banner")).to_contain_text("You did not answer", timeout=20_000)
        expect(robin.page.locator("#state .state")).to_contain_text("Not answering")
        robin.be("Available")
        expect(robin.page.locator("#ringing .banner")).to_have_count(0)
    finally:
        ring_for(program, seconds=20)


def test_several_talks_at_once_with_notes_ready_answers_marks_and_a_reload(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    one, two = shopper(), shopper()
    one.begin("First here.", name="Ada First")
    robin.accept()
    two.begin("Second here.", name="Ben Second")
    robin.accept()
    expect(robin.lines).to_contain_text("Second here.")
    one.say("Are you still there?")
    waiting = robin.page.locator("#work .item", has_text="Are you still there?")
    expect(waiting.locator(".count")).to_have_text("1")
    expect(one.chat.locator(".us").last.locator(".meta")).not_to_contain_text("read")
    waiting.locator("a").click()
    expect(robin.lines).to_contain_text("Are you still there?")
    expect(one.chat.locator(".us").last.locator(".meta")).to_contain_text("read")

    robin.reply.press_sequentially("Wri", delay=30)
    expect(one.chat.locator("#typing")).to_be_visible()
    one.chat.locator("#text").press_sequentially("Hm", delay=30)
    expect(robin.lines.locator(".typing")).to_be_visible()

    robin.reply.fill("")
    robin.page.get_by_role("button", name="Ready answer").click()
    robin.page.locator("#dialogs [data-filter]").fill("one moment")
    robin.page.locator("#canned-list button:visible").first.click()
    expect(robin.reply).to_have_value("One moment please, I am looking it up.")
    robin.reply.press("Enter")
    expect(one.log).to_contain_text("One moment please")
    robin.reply.fill("Careful: rang twice today.")
    robin.page.get_by_role("button", name="Keep as note").click()
    expect(robin.lines.locator(".message.note")).to_contain_text("rang twice")
    expect(one.log).not_to_contain_text("rang twice")

    robin.reply.fill("A draft that is not sent")
    robin.page.reload()
    expect(robin.reply).to_have_value("A draft that is not sent")
    expect(robin.page.locator("#work .item", has_text="Second here.")).to_be_visible()
    expect(robin.lines.locator(".message.us")).to_have_count(1)


def test_the_open_talk_stays_marked_when_an_older_list_comes_late(at_desk: Open, shopper: Open) -> None:
    robin, customer = at_desk(cast.AGENT), shopper()
    robin.be("Available")
    customer.begin("Is anybody there?", name="Ada Late")
    expect(robin.offer).to_be_visible(timeout=20_000)
    held: list[Route] = []
    robin.page.route("**/work/", lambda route: held.append(route))
    robin.page.evaluate(
        "document.dispatchEvent(new CustomEvent('fanal:event', {detail: {id: 'x', kind: 'case.changed', data: {}}}))"
    )
    deadline = time.monotonic() + 10
    while not held and time.monotonic() < deadline:
        robin.page.wait_for_timeout(50)
    robin.accept()
    mark = robin.page.locator("#work a[aria-current]")
    expect(mark).to_have_count(1)
    with robin.page.expect_response("**/work/"):
        held[0].continue_()
    robin.page.wait_for_timeout(300)
    expect(mark).to_have_count(1)
    customer.say("Hello?")
    expect(robin.lines).to_contain_text("Hello?")


def happens(desk: Desk, kind: str, interaction: int) -> None:
    """Something elsewhere happens to the talk; waits until the right side was drawn anew for it."""
    with desk.page.expect_response(f"**/interactions/{interaction}/about/**"):
        desk.page.evaluate(
            "([kind, interaction]) => document.dispatchEvent(new CustomEvent('fanal:event',"
            " {detail: {id: 'x', kind, data: {interaction}}}))",
            [kind, interaction],
        )
    desk.page.wait_for_timeout(200)


def test_what_is_half_typed_on_the_right_stays_when_something_happens_to_the_talk(
    program: Any, at_desk: Open, shopper: Open
) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper().begin("Who am I?")
    robin.accept()
    pk = int(robin.page.url.rstrip("/").rsplit("/", 1)[1])
    search = robin.about.locator("#who-q")
    search.press_sequentially(cast.GRANDMOTHER.name, delay=20)
    found = robin.about.locator("#who-found .candidate", has_text=cast.GRANDMOTHER.name).first
    expect(found).to_be_visible()
    happens(robin, "case.changed", pk)
    expect(search).to_have_value(cast.GRANDMOTHER.name)
    found.get_by_role("button", name="This is them").click()

    robin.about.get_by_role("button", name="Verify").click()
    answer = robin.about.locator("#questions form").first.get_by_role("textbox")
    answer.fill("something wr")
    happens(robin, "interaction.identified", pk)
    expect(answer).to_have_value("something wr")
    answer.press_sequentially("ong")
    robin.about.locator("#questions form").first.get_by_role("button", name="Compare").click()
    expect(robin.about.locator("#questions")).to_contain_text("does not agree")
    happens(robin, "interaction.identified", pk)
    expect(robin.about.locator("#questions")).to_contain_text("does not agree")

    robin.about.get_by_role("button", name="Not this person").click()
    expect(robin.about.locator("#questions")).to_have_count(0)
    robin.finish()
    robin.wrap_up()


def test_on_a_phone_a_talk_that_is_chosen_opens_and_the_other_pages_are_in_the_menu(
    program: Any, window: Open, shopper: Open
) -> None:
    page = window(viewport={"width": 390, "height": 844})
    sign_in(page, program.url, cast.AGENT)
    robin, customer = Desk(page), shopper()
    robin.be("Available")
    customer.begin("From the pocket.", name="Ada Pocket")
    robin.accept()
    expect(robin.lines).to_be_visible()
    page.get_by_role("button", name="My work").click()
    expect(robin.lines).to_be_hidden()
    page.locator("#work .item", has_text="From the pocket.").locator("a").click()
    expect(robin.lines).to_be_visible()
    page.locator("[popovertarget=you]").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)
    page.locator("#you").get_by_role("link", name="Cases").click()
    page.wait_for_url("**/cases/")


def test_every_key_on_the_sheet_has_a_name_and_leaving_is_in_sight(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper().begin("Who am I?", email="nobody.at.all@nowhere.example")
    robin.accept()
    expect(robin.about.locator("#who-q")).to_be_visible()
    robin.page.locator("body").press("?")
    names = robin.page.locator("#keys .keys li span")
    expect(names.first).to_be_visible()
    assert all(name.strip() for name in names.all_inner_texts())
    assert "Reply" in names.all_inner_texts()
    robin.page.keyboard.press("Escape")
    robin.page.locator("[popovertarget=you]").click()
    expect(robin.page.get_by_role("button", name="Sign out")).to_be_in_viewport(ratio=1)


def test_a_whole_contact_by_keyboard_alone(program: Any, window: Open, company: None, shopper: Open) -> None:
    page = window()
    keys = page.keyboard
    page.goto(f"{program.url}/")
    page.locator("#id_login").focus()
    keys.type(cast.AGENT)
    keys.press("Tab")
    keys.type(cast.PASSWORD)
    keys.press("Enter")
    expect(page.locator("#state")).to_be_visible()
    desk = Desk(page)
    keys.press("s")
    expect(page.locator("#presence")).to_be_visible()
    page.locator("#presence button").first.focus()
    keys.press("Enter")
    expect(page.locator("#state .state")).to_contain_text("Available")
    customer = shopper(signed=cast.KNOWN.signed)
    customer.begin("Where is my order?")
    expect(desk.offer).to_be_visible(timeout=20_000)
    keys.press("a")
    expect(desk.reply).to_be_visible()
    keys.press("r")
    expect(desk.reply).to_be_focused()
    keys.type("I look it up.")
    keys.press("Enter")
    expect(customer.log).to_contain_text("I look it up.")
    expect(desk.reply).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate("() => document.activeElement.blur()")
    keys.press("?")
    sheet = page.locator("#keys")
    expect(sheet).to_contain_text("Hand over")
    keys.press("Escape")
    expect(sheet).to_be_hidden()
    keys.press("Control+k")
    palette = page.locator("#palette")
    keys.type("finish")
    expect(palette.get_by_role("option").first).to_contain_text("Finish")
    keys.press("Enter")
    expect(page.locator("#wrap-up")).to_be_visible()
    keys.press("w")
    expect(page.locator("#wrap-up")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/$"))

    page.evaluate("() => localStorage.setItem('fanal.keys', 'off')")
    keys.press("s")
    expect(page.locator("#presence")).to_be_hidden()
    page.evaluate("() => localStorage.removeItem('fanal.keys')")
    desk.be("Offline")


def test_an_open_menu_stays_open_when_the_talk_is_drawn_anew(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper(signed=cast.FIVE_MATTERS.signed).begin("What is my balance?")
    robin.accept()
    robin.open_thing("•••• " + cast.FIVE_MATTERS.account[-4:])
    held: list[Route] = []
    robin.page.route("**/deeds/", lambda route: held.append(route), times=1)
    with robin.page.expect_request("**/deeds/"):
        robin.do("Refresh the balance")
    robin.page.get_by_role("button", name="More").click()
    complaint = robin.page.locator("#talk-more").get_by_role("button", name="Record a complaint")
    expect(complaint).to_be_visible()
    with robin.page.expect_response("**/deeds/"):
        held[0].continue_()
    expect(robin.topics).to_have_count(1)
    complaint.click()
    expect(robin.page.locator("#dialogs dialog")).to_be_visible()


def test_what_is_opened_stays_open_when_an_older_refresh_comes_late(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper(signed=cast.FIVE_MATTERS.signed).begin("Where is my order, and what is my balance?")
    robin.accept()
    robin.open_thing(cast.FIVE_MATTERS.order)
    held: list[Route] = []
    robin.page.route("**/about/?order=*", lambda route: held.append(route), times=1)
    with robin.page.expect_request("**/about/?order=*"):
        robin.page.evaluate("document.dispatchEvent(new CustomEvent('fanal:resync'))")
    robin.open_thing("•••• " + cast.FIVE_MATTERS.account[-4:])
    with robin.page.expect_response("**/about/?order=*"), robin.page.expect_response("**/about/?holding=*"):
        held[0].continue_()
    robin.page.wait_for_timeout(300)
    expect(robin.about.locator(".card header h2", has_text="•••• " + cast.FIVE_MATTERS.account[-4:])).to_be_visible()
    expect(robin.about.locator(".card header h2", has_text=cast.FIVE_MATTERS.order)).to_have_count(0)


def test_what_is_opened_stays_open_when_the_answer_to_an_earlier_deed_comes_late(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    shopper(signed=cast.FIVE_MATTERS.signed).begin("Where is my order, and what is my balance?")
    robin.accept()
    robin.open_thing(cast.FIVE_MATTERS.order)
    held: list[tuple[Route, APIResponse]] = []
    robin.page.route("**/deeds/", lambda route: held.append((route, route.fetch())), times=1)
    robin.do("Look up the order")
    expect(robin.page.get_by_role("log", name="Conversation")).to_contain_text("Look up the order")
    robin.open_thing("•••• " + cast.FIVE_MATTERS.account[-4:])
    route, answer = held[0]
    with robin.page.expect_response("**/deeds/"), robin.page.expect_response("**/about/?holding=*"):
        route.fulfill(response=answer)
    robin.page.wait_for_timeout(300)
    expect(robin.about.locator(".card header h2", has_text="•••• " + cast.FIVE_MATTERS.account[-4:])).to_be_visible()


def test_the_mark_of_a_colleague_on_a_case_leaves_with_them(program: Any, at_desk: Open) -> None:
    with program.rows():
        agents = Agent.objects.filter(email__in=[cast.AGENT, cast.SECOND])
        seen = [Case.objects.visible_to(agent).values("pk") for agent in agents]
        case = Case.objects.filter(pk__in=seen[0]).filter(pk__in=seen[1]).latest("pk")
    noor = at_desk(cast.SECOND, f"/cases/{case.pk}/").page
    mark = noor.locator("#case-viewers")
    looking = "is looking at this case too"
    robin = at_desk(cast.AGENT, f"/cases/{case.pk}/").page
    expect(mark).to_contain_text(looking)
    robin.goto(f"{program.url}/")
    # silence alone would take the mark away only after its time, which is longer than this
    expect(mark).not_to_contain_text(looking, timeout=10_000)
    robin.go_back()
    expect(mark).to_contain_text(looking)
    robin.close(run_before_unload=True)
    expect(mark).not_to_contain_text(looking, timeout=10_000)


def streams(program: Any) -> set[int]:
    """The connections that are open at the live process, by the port at their other end."""
    live = psutil.Process(program.processes["live"].pid)
    held = [one for process in (live, *live.children(recursive=True)) for one in process.net_connections("tcp")]
    return {
        one.raddr.port for one in held if one.status == psutil.CONN_ESTABLISHED and one.laddr.port == program.live_port
    }


def the_only_stream(program: Any) -> int:
    """Wait until there is exactly one: what windows closed before left behind ends by itself."""
    deadline = time.monotonic() + 40
    while len(found := streams(program)) != 1:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found.pop()


def test_ten_tabs_are_one_connection_which_outlives_the_tab_that_opened_it(program: Any, at_desk: Open) -> None:
    first = at_desk(cast.AGENT).page
    tabs = [first, *(first.context.new_page() for _ in range(9))]
    for tab in tabs[1:]:
        tab.goto(f"{program.url}/")
    for tab in tabs:
        expect(tab.locator("html[data-live=open]")).to_have_count(1)
        tab.evaluate("() => document.addEventListener('fanal:tabs.told', () => window.told = (window.told ?? 0) + 1)")
    connection = the_only_stream(program)
    with program.rows():
        robin = Agent.objects.get(email=cast.AGENT)

    def tell() -> None:
        with program.rows():
            publish(kind="tabs.told", data={}, audience=[f"agent:{robin.pk}"], now=timezone.now())

    tell()
    for tab in tabs:
        tab.wait_for_function("() => window.told === 1")
    first.close()
    tell()
    for tab in tabs[1:]:
        tab.wait_for_function("() => window.told === 2")
    assert the_only_stream(program) == connection


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_a_file_that_the_agent_sends_is_downloaded_by_the_customer(at_desk: Open, shopper: Open) -> None:
    robin = at_desk(cast.AGENT)
    robin.be("Available")
    customer = shopper()
    customer.begin("Could you send me the invoice?")
    robin.accept()
    chosen = {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": PDF}
    robin.page.locator("#composer input[type=file]").set_input_files(chosen)
    expect(robin.page.locator("#attached .chip")).to_contain_text("invoice.pdf")
    robin.say("Here it is.")
    expect(robin.lines.locator(".message.us .attachment")).to_contain_text("invoice.pdf")
    expect(robin.page.locator("#attached .chip")).to_have_count(0)
    link = customer.chat.get_by_role("button", name="Download invoice.pdf")
    with customer.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "invoice.pdf"
    assert download.value.path().read_bytes() == PDF
