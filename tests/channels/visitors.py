"""A visitor of a site with the widget, as its script would ask; and what the site signs for them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fanal.api import visitors
from fanal.channels.models import ChannelAccount
from fanal.routing.models import Queue

SECRET = "of-the-shop-and-at-least-32-bytes-long"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def a_shop() -> ChannelAccount:
    Queue.objects.create(code="orders", name="Orders")
    return ChannelAccount.objects.create(
        kind="webchat",
        code="shop",
        name="Shop",
        settings={"queue": "orders", "identity_secret": SECRET, "sites": ["self"]},
    )


class Browser:
    """A visitor's frame: holds the token and sends what the script would send."""

    def __init__(self, account: str = "shop", **more: str) -> None:
        self.client = Client()
        self.account = account
        self.entered = self.enter(**more)

    def enter(self, **more: str) -> dict[str, Any]:
        body = {"account": self.account, **({"token": self.token} if hasattr(self, "token") else {}), **more}
        answer = self.client.post("/api/v1/widget/visitors", body, "application/json")
        assert answer.status_code == 200, answer.content
        self.token: str = answer.json()["token"]
        entered: dict[str, Any] = answer.json()
        return entered

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.client.generic(
            method, f"/api/v1/widget{path}", json.dumps(body) if body is not None else b"", "application/json",
            headers={"Authorization": f"Bearer {self.token}"}, **more,
        )  # fmt: skip

    def say(self, text: str, name: str = "message-1", **more: Any) -> Any:
        return self.send("POST", "/messages", {"id": name, "text": text, **more})

    def see(self, **query: int) -> dict[str, Any]:
        answer = self.send("GET", "/conversation?" + "&".join(f"{key}={value}" for key, value in query.items()))
        assert answer.status_code == 200, answer.content
        seen: dict[str, Any] = answer.json()
        return seen

    def upload(self, name: str, content: bytes) -> Any:
        return self.client.post(
            "/api/v1/widget/attachments",
            {"file": SimpleUploadedFile(name, content)},
            headers={"Authorization": f"Bearer {self.token}"},
        )


def signed(**changes: Any) -> str:
    claims = {"aud": "shop", "sub": "c-17", "exp": datetime.now(UTC) + timedelta(minutes=5), "jti": visitors.fresh_id()}
    claims |= {key: value for key, value in changes.items() if key != "secret"}
    return jwt.encode({key: value for key, value in claims.items() if value}, changes.get("secret", SECRET), "HS256")
