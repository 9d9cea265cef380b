"""The corpus of hostile texts through every door that a visitor or a program can write at, looked at in Chromium."""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from fanal.agents.actions import create_key
from fanal.agents.models import Agent, FieldClass, Permission, Role
from fanal.api import callers, limits
from fanal.api.limits import Limit
from fanal.api.widget import asking
from fanal.cases.models import Case, CaseType
from fanal.channels.models import ChannelAccount, RawEvent, RawState
from fanal.customers import index
from fanal.customers.models import ContactPoint, Customer
from fanal.holdings.models import Order
from fanal.interactions import actions as interactions
from fanal.interactions.models import Attachment, Interaction
from fanal.routing.models import Queue, QueueEntry
from tests.browser.hostile import ESCAPED, PAYLOADS, SHORT, TRAP
from tests.channels.visitors import PNG, SECRET, Browser, signed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
BACKEND = "fanal.desk.accounts.backend.AgentBackend"
ANY = [100_000, 6_000_000]
FIELDS = ("name", "email", "phone", "order", "topic", "account", "message", "behalf")


@dataclass
class Scene:
    """What hostile people have left behind, and who looks at it."""

    program: Any
    code: str
    session: str = ""
    token: str = ""
    talk: int = 0
    talks: list[int] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)
    customers: list[int] = field(default_factory=list)
    queue: int = 0


@pytest.fixture(scope="module")
def scene(program: Any) -> Scene:
    made = Scene(program=program, code=f"hostile-{secrets.token_hex(4)}")
    with pytest.MonkeyPatch.context() as patch, program.rows():
        patch.setattr(limits, "buckets", limits.Buckets())
        patch.setattr(callers, "PER_CALLER", Limit(burst=100_000, per_minute=100_000))
        patch.setattr(settings, "ALLOWED_HOSTS", ["*"])
        asking._accounts.clear()
        _write(made)
        asking._accounts.clear()
    return made


def _write(made: Scene) -> None:
    queue = Queue.objects.create(code=made.code, name="Hostile")
    made.queue = queue.pk
    chosen = {
        "queue": made.code,
        "identity_secret": SECRET,
        "sites": [made.program.url],
        "form": [{"name": name} for name in FIELDS],
        "limits": dict.fromkeys(("enter", "address", "send", "upload", "uploads", "fetch", "hint"), ANY),
    }
    ChannelAccount.objects.create(kind="webchat", code=made.code, name="Hostile", settings=chosen)
    role = Role.objects.create(
        code=made.code, name="All", permissions=list(Permission.values), field_classes=list(FieldClass.values)
    )
    agent = Agent.objects.create_user(f"{made.code}@test.example", "pass", name="Ada", role=role)
    for n, payload in enumerate(SHORT[::16]):
        _known(made, payload, f"{made.code}-{n}")
    writer = Browser(made.code)
    made.token = writer.token
    for n, payload in enumerate(PAYLOADS):
        more: dict[str, Any] = {"page": f"https://shop.example/{payload}"[:500]}
        if n and n % 9 == 0:
            name = payload[:80].replace('"', "%22")  # as browsers write it
            if (answer := writer.upload(f"{name}.png", PNG)).status_code == 201:
                more["attachments"] = [answer.json()["id"]]
        assert writer.say(payload, f"message-{n}", **more).status_code == 202
    for n in range(12):
        filler = Browser(made.code)
        if n < 4:
            filler.enter(identity=signed(aud=made.code, sub=f"{made.code}-{n}"))
        elif n < 8:
            filler.enter(identity=signed(aud=made.code, sub=SHORT[n * 7][:100]))
        given = {name: SHORT[(n * len(FIELDS) + at) * 2 % len(SHORT)] for at, name in enumerate(FIELDS)}
        body = {"id": f"contact-{n:03}", "given": given, "page": PAYLOADS[-n][:500], "language": SHORT[n][:10]}
        assert filler.send("POST", "/contacts", body).status_code == 202
        assert filler.say(SHORT[n], f"message-{n:03}").status_code == 202
    now = timezone.now()
    for talk in Interaction.objects.filter(account__code=made.code).order_by("id"):
        QueueEntry.objects.filter(interaction=talk).update(state="taken", queue=queue, left_at=now)
        if len(made.talks) < 9:
            interactions.give_to_agent(interaction=talk, agent=agent, now=now)
        made.talks.append(talk.pk)
    made.talk = made.talks[0]
    assert Attachment.objects.filter(interaction=made.talk).count() > 10
    RawEvent.objects.filter(account__code=made.code, pk__in=RawEvent.objects.order_by("-id").values("pk")[:3]).update(
        state=RawState.QUARANTINED, reason="failed: " + SHORT[3]
    )
    _by_program(made, agent)
    client = Client()
    client.force_login(agent, backend=BACKEND)
    made.session = client.cookies[settings.SESSION_COOKIE_NAME].value


def _known(made: Scene, name: str, external_id: str) -> None:
    """Customers come from elsewhere with the names that they have there."""
    clean = name.replace("\0", "")
    row = Customer.objects.create(name=clean, city=clean[:100], address=clean, external_id=external_id)
    index.put(row.pk, clean)
    ContactPoint.objects.create(customer=row, kind="email", value=f"{row.pk}@mail.example", given=clean[:50])
    Order.objects.create(customer=row, number=f"P{row.pk}-pwned", placed_at=timezone.now(), deliver_to=clean)
    made.customers.append(row.pk)


def _by_program(made: Scene, agent: Agent) -> None:
    """A program opens cases and writes notes through the API."""
    kind = CaseType.objects.create(code=made.code, name="Enquiry")
    now = timezone.now()
    _key, secret = create_key(agent=agent, name=SHORT[0], expires_at=now + timedelta(days=1), by=agent, now=now)
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    for payload in SHORT[::5]:
        answer = program.post("/api/v1/cases/", {"type": kind.code, "subject": payload}, "application/json")
        assert answer.status_code == 201, answer.content
        made.cases.append(Case.objects.get(number=answer.json()["number"]).pk)
    first = Case.objects.get(pk=made.cases[0]).number
    for payload in PAYLOADS:
        answer = program.post(f"/api/v1/cases/{first}/notes", {"text": payload}, "application/json")
        assert answer.status_code in (201, 422), answer.content


@pytest.fixture
def desk(scene: Scene, window: Callable[..., Page]) -> Page:
    page = window()
    page.context.add_init_script(TRAP)
    page.context.add_cookies([
        {"name": settings.SESSION_COOKIE_NAME, "value": scene.session, "url": scene.program.url},
    ])  # fmt: skip
    return page


def escaped(page: Page) -> list[str]:
    found: list[str] = page.evaluate(ESCAPED)
    return found


def test_the_trap_catches_what_it_is_for(window: Callable[..., Page]) -> None:
    """Otherwise the other tests would prove nothing."""
    page = window()
    page.context.add_init_script(TRAP)
    page.goto("about:blank")
    for payload in ("<img src=x onerror=pwned(1)>", "<a href='javascript:pwned(1)'>x</a>", "<marquee>", "<b>pwned</b>"):
        page.set_content(f"<main><p>{payload}</p></main>")
        assert escaped(page), payload
    page.set_content("<main><p dir=auto>pwned</p></main>")
    page.evaluate("pwned(1)")
    assert escaped(page) == ["pwned(1)"]
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_that_was_written_runs_or_leaves_its_place_at_the_desk(scene: Scene, desk: Page, language: str) -> None:
    desk.context.add_cookies([{"name": "language", "value": language, "url": scene.program.url}])
    talks = [scene.talk, *scene.talks[1:4], scene.talks[-1]] if language == "en" else [scene.talk, scene.talks[2]]
    pages = ["/", *(f"/interactions/{pk}/" for pk in talks), "/cases/?state=all", f"/cases/{scene.cases[0]}/",
             f"/cases/{scene.cases[7]}/", *(f"/customers/{pk}/" for pk in scene.customers[:3])]  # fmt: skip
    wrong, seen = {}, ""
    for address in pages:
        answer = desk.goto(scene.program.url + address)
        assert answer is not None
        assert answer.status == 200, address
        seen += desk.locator("body").inner_text()
        if found := escaped(desk):
            wrong[address] = found[:5]
    assert wrong == {}
    assert seen.count("pwned") > 300, "what was written is really shown"


def test_nor_in_supervision_reports_and_search(scene: Scene, desk: Page) -> None:
    pages = ["/queues/", f"/queues/{scene.queue}/", "/agents/", "/quarantine/", "/search/?q=pwned",
             "/customers/?q=pwned",
             "/cases/?q=pwned&state=all", "/reports/?period=today&by=agent",
             *(f"/reports/rows?figure={figure}&period=today" for figure in ("offered", "handled")),
             "/administration/"]  # fmt: skip
    wrong = {}
    for address in pages:
        answer = desk.goto(scene.program.url + address)
        assert answer is not None
        assert answer.status < 500, address
        if found := escaped(desk):
            wrong[address] = found[:5]
    assert wrong == {}


# Each payload asked for in an address: what comes back is parsed as the browser would, and looked at for escapes.
ASK = """async (addresses) => {
  const wrong = [], marks = /pwned/i;
  for (let at = 0; at < addresses.length; at += 8) await Promise.all(addresses.slice(at, at + 8).map(async address => {
    const answer = await fetch(address);
    if (answer.status >= 500) wrong.push(`${answer.status} ${address}`);
    const kind = answer.headers.get('content-type') || '';
    if (!kind.startsWith('text/html')) {
      if (answer.headers.get('x-content-type-options') !== 'nosniff') wrong.push(`sniffed ${kind} ${address}`);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const one of page.querySelectorAll('*')) {
      for (const {name, value} of one.attributes) {
        if (/^on|hx-on/.test(name)) wrong.push(`${name} ${address}`);
        if (['href', 'src', 'action', 'formaction', 'srcdoc', 'style'].includes(name) && marks.test(value)) {
          const to = new URL(value, location.href);
          if (to.origin !== location.origin) wrong.push(`${name}=${value} ${address}`);
        }
      }
      if (one.localName !== 'script' || one.type === 'application/json') continue;
      if (marks.test(one.textContent)) wrong.push(`script ${address}`);
    }
  }));
  return wrong;
}"""


def test_nor_when_it_is_part_of_an_address(scene: Scene, desk: Page) -> None:
    desk.goto(scene.program.url + "/cases/")
    places = ("/search/?q={}", "/cases/?q={}&owner={}", "/reports/?period={}", "/reports/rows?figure={}",
              "/accounts/login/?next={}", "/customers/?q={}", "/widget/frame/?account={}&origin={}", "/{}",
              "/demo-shop/?language={}", "/invitations/{}/", "/api/v1/cases/?after={}")  # fmt: skip
    words = [quote(payload.replace("\0", ""), safe="") for payload in PAYLOADS]
    asked = [places[n % len(places)].format(word, word) for n, word in enumerate(words)]
    asked += [places[0].format(word) for word in words[::5]]
    asked += [places[4].format(word) for word in words if re.search("script|pwned.ex", word)]
    wrong = desk.evaluate(ASK, asked)
    assert wrong == []
    assert escaped(desk) == []


def test_nor_in_the_chat_itself(scene: Scene, window: Callable[..., Page]) -> None:
    page = window()
    page.context.add_init_script(TRAP)
    keep = f"fanal.{scene.code}.token"
    page.context.add_init_script(
        f"try {{ localStorage.setItem({json.dumps(keep)}, {json.dumps(scene.token)}) }} catch {{}}"
    )
    page.goto(f"{scene.program.url}/widget/frame/?account={scene.code}&origin={quote(scene.program.url, safe='')}")
    log = page.get_by_role("log")
    log.get_by_text(PAYLOADS[0], exact=True).first.wait_for()
    assert escaped(page) == []
    assert log.inner_text().count("pwned") > 150
