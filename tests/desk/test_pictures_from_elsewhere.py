"""Pictures of a mail that stand elsewhere: fetched by us from real sockets, and nothing of the reader goes there."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount
from fanal.desk.workplace import pictures
from fanal.environment import environment
from fanal.interactions.models import Letter
from tests.channels.email.letters import an_account, letter
from tests.desk.test_letters import came
from tests.outside.serving import Answering, Server, plain
from tests.people import an_agent

pytestmark = pytest.mark.django_db
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
DATA = f"data:image/gif;base64,{base64.b64encode(GIF).decode()}"


class Elsewhere:
    """A server of pictures at http://pixel.example; `answers` by path, `asked` the first lines of what came."""

    def __init__(self) -> None:
        self.answers: dict[str, Answering] = {}
        self.server = Server(self._answer)

    def _answer(self, connection: Any, asked: bytes) -> None:
        path = asked.split(b" ")[1].decode()
        self.answers.get(path, plain(GIF))(connection, asked)

    @property
    def asked(self) -> list[bytes]:
        return self.server.asked


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    there = Elsewhere()
    monkeypatch.setattr(pictures, "OPENINGS", (f"pixel.example=127.0.0.1:{there.server.port}",))
    yield there
    there.server.close()


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def account() -> ChannelAccount:
    return an_account()


@pytest.fixture
def robin() -> Agent:
    return an_agent("supervisor")


@pytest.fixture
def desk(robin: Agent) -> Client:
    return signed_in(robin)


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def with_pictures(account: ChannelAccount, *addresses: str) -> Letter:
    html = "<p>Hello</p>" + "".join(f'<img src="{one}" alt="a picture">' for one in addresses)
    return came(account, letter(html, content_type="text/html; charset=utf-8"))


def shown(desk: Client, one: Letter) -> tuple[str, str]:
    answer = desk.get(f"/letters/{one.pk}/layout/?pictures=1")
    return answer.content.decode(), answer["Content-Security-Policy"]


def test_a_picture_is_fetched_by_us_and_the_readers_browser_goes_nowhere(
    account: ChannelAccount, desk: Client, elsewhere: Elsewhere
) -> None:
    one = with_pictures(account, "http://pixel.example/open.gif?who=ana&amp;n=1")
    assert "pixel.example" not in desk.get(f"/letters/{one.pk}/layout/").content.decode()
    assert elsewhere.asked == []
    page, policy = shown(desk, one)
    assert f'src="{DATA}"' in page
    assert "pixel.example" not in page
    assert "img-src data:" in policy
    assert "https:" not in policy
    [asked] = elsewhere.asked
    assert asked.startswith(b"GET /open.gif?who=ana&n=1 HTTP/1.1\r\n")
    for unwanted in (b"cookie", b"referer", b"mozilla", b"testserver", str(one.pk).encode() + b"/"):
        assert unwanted not in asked.lower(), unwanted


def test_what_is_no_picture_by_its_own_bytes_is_not_shown(
    account: ChannelAccount, desk: Client, elsewhere: Elsewhere
) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    picture = "Content-Type: image/png\r\n"
    elsewhere.answers = {
        "/a.svg": plain(svg),
        "/b.png": plain(b"<!doctype html><script>alert(1)</script>", more=picture),
        "/c.gif": plain(GIF, status="404 Not Found"),
        "/d.png": plain(PNG),
    }
    page, _policy = shown(desk, with_pictures(account, *(f"http://pixel.example{path}" for path in elsewhere.answers)))
    assert page.count("data:image/") == page.count("data:image/png;base64,") == 1
    assert "3 pictures" in page
    for unwanted in ("svg", "alert(", "pixel.example"):
        assert unwanted not in page


def test_a_picture_that_is_too_large_or_never_comes_holds_up_nothing(
    account: ChannelAccount, desk: Client, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "WITHIN", 1.0)
    monkeypatch.setattr(pictures, "LARGEST", 100_000)
    elsewhere.answers = {
        "/large.gif": plain(GIF + b"\0" * 100_000),
        "/never.gif": lambda connection, _asked: connection.recv(1) and None,
    }
    never = [f"http://pixel.example/never.gif?{number}" for number in range(9)]
    for address in never:
        elsewhere.answers[address.removeprefix("http://pixel.example")] = elsewhere.answers["/never.gif"]
    one = with_pictures(account, "http://pixel.example/large.gif", "http://pixel.example/small.gif", *never)
    began = time.monotonic()
    page, _policy = shown(desk, one)
    assert time.monotonic() - began < 4
    assert page.count(DATA) == page.count("data:") == 1


def test_there_is_an_end_to_how_many_are_fetched_and_to_what_they_weigh(
    account: ChannelAccount, desk: Client, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"http://pixel.example/{number}.gif" for number in range(pictures.MOST + 10)]
    one = with_pictures(account, *many, many[0])
    page, _policy = shown(desk, one)
    assert len(elsewhere.asked) == pictures.MOST
    assert page.count(DATA) == pictures.MOST + 1, "the same picture is fetched once"
    monkeypatch.setattr(pictures, "TOGETHER", 3 * len(GIF))
    assert shown(desk, one)[0].count(DATA) == 4


def test_a_redirect_is_followed_a_little_and_never_into_our_own_network(
    account: ChannelAccount, desk: Client, elsewhere: Elsewhere
) -> None:
    to = {
        "/moved.gif": "/here.gif",
        "/round.gif": "/round.gif",
        "/inside.gif": "http://127.0.0.1:1/x.gif",
        "/meta.gif": "http://169.254.169.254/latest",
        "/file.gif": "file:///etc/passwd",
    }
    elsewhere.answers = {
        path: plain(b"", status="302 Found", more=f"Location: {where}\r\n") for path, where in to.items()
    }
    page, _policy = shown(desk, with_pictures(account, *(f"http://pixel.example{path}" for path in to)))
    assert page.count("data:image/gif") == 1
    assert len([one for one in elsewhere.asked if b"/round.gif" in one]) == pictures.MOST_REDIRECTS + 1


def test_no_mail_asks_what_only_our_back_offices_may_be_asked(
    account: ChannelAccount, desk: Client, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the installation allows for back offices is allowed for nothing that a stranger writes."""
    monkeypatch.setattr(pictures, "OPENINGS", ())
    monkeypatch.setattr(environment, "outside_allowed", [f"pixel.example=127.0.0.1:{elsewhere.server.port}"])
    inside = f"http://127.0.0.1:{elsewhere.server.port}/x.gif"
    page, _policy = shown(desk, with_pictures(account, "http://pixel.example/a.gif", inside))
    assert "data:" not in page
    assert elsewhere.asked == []


def test_only_who_sees_the_mail_has_its_pictures_fetched(account: ChannelAccount, elsewhere: Elsewhere) -> None:
    one = with_pictures(account, "http://pixel.example/a.gif")
    assert signed_in(an_agent()).get(f"/letters/{one.pk}/layout/?pictures=1").status_code == 404
    assert Client().get(f"/letters/{one.pk}/layout/?pictures=1").status_code == 302
    assert elsewhere.asked == []
