"""The bodies of the widget's requests and answers; whatever is not named here is refused."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
AccountCode = Annotated[str, StringConstraints(pattern=r"^[-\w]{1,50}$")]
FieldName = Literal["name", "email", "phone", "order", "topic", "card", "account", "birth", "message", "behalf"]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VisitorIn(In):
    account: AccountCode
    token: str = Field("", max_length=2000)
    identity: str = Field("", max_length=4000)


class Refusal(Schema):
    error: str
    message: str


class VisitorOut(Schema):
    token: str
    expires_in: int
    signed_in: bool
    fresh: bool
    identity: Refusal | None = None


class ContactIn(In):
    id: ClientId
    given: dict[FieldName, Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]] = {}
    consent: bool = False
    page: str = Field("", max_length=500)
    language: str = Field("", max_length=10)


class MessageIn(In):
    id: ClientId
    text: str = Field("", max_length=4000)
    attachments: list[Annotated[int, Field(ge=1, lt=2**63)]] = Field([], max_length=10)
    page: str = Field("", max_length=500)
    language: str = Field("", max_length=10)


class CallIn(ContactIn):
    """As the form before the chat asks it; from a chat that goes on nothing is asked again."""

    id: ClientId = "not-needed"


class CallOut(Schema):
    """For one call: at which address, under which name and secret, what to call, by which relays.

    `pictures`: whether it may show some.
    """

    url: str
    name: str
    secret: str
    entry: str
    relays: list[dict[str, Any]]
    pictures: bool


class CallStateOut(Schema):
    """`phase` none · waiting · talking · held · ended."""

    phase: str
    agent: str = ""
    position: int | None = None
    estimate_seconds: int | None = None


class Stored(Schema):
    id: str
    stored_at: datetime


class AnswerByMailIn(In):
    id: ClientId
    email: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]


class MarksIn(In):
    delivered_up_to: int = Field(0, ge=0, lt=2**63)
    read_up_to: int = Field(0, ge=0, lt=2**63)


class TypingIn(In):
    on: bool = True


class FileOut(Schema):
    id: int
    name: str
    media_type: str
    size: int


class MessageOut(Schema):
    id: int
    client_id: str
    author: str
    name: str
    text: str
    at: datetime
    attachments: list[FileOut]


class StateOut(Schema):
    """`phase` none · waiting · talking · ended; what is not known is null, never a guess.

    `answer_to` is the address that the visitor asked to be answered at, never whole: whoever has the browser now need
    not be whoever typed it.
    """

    phase: str
    open: bool
    opens_at: datetime | None = None
    available: bool
    estimate_seconds: int | None = None
    position: int | None = None
    agent: str = ""
    end_reason: str = ""
    blocked_until: datetime | None = None
    by_mail: Literal["", "possible", "asked"] = ""
    call: Literal["", "possible"] = ""
    answer_to: str = ""


class ConversationOut(Schema):
    cursor: str
    now: datetime
    interaction: int | None
    state: StateOut
    messages: list[MessageOut]
    delivered_up_to: int
    read_up_to: int
