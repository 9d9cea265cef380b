"""What stands below a mail of ours, and how the whole looks when it goes out."""

from django.conf import settings

from fanal.channels.email.laying_out import laid_out
from fanal.channels.models import ChannelAccount
from fanal.interactions.actions.quoting import quoted
from fanal.interactions.models import Letter


def with_signature(text: str, account: ChannelAccount, *, language: str) -> str:
    """The text with the account's signature in the language of the contact, else in that of the program."""
    signatures = account.settings.get("signature")
    if not isinstance(signatures, dict) or not any(signatures.values()):
        return text
    wanted = (language, language[:2], settings.LANGUAGE_CODE[:2], *signatures)
    own = next(signatures[one] for one in wanted if signatures.get(one))
    return f"{text}\n\n-- \n{own}"


def with_everything(text: str, account: ChannelAccount, *, quotes: Letter | None = None, language: str) -> str:
    """The text, the signature, and below it the mail that is answered, if it is to be there."""
    below = quoted(quotes, language=language) if quotes else ""
    signed = with_signature(text, account, language=language)
    return f"{signed}\n\n{below}" if below else signed


def as_html(whole: str, account: ChannelAccount, *, language: str) -> str:
    """The same as HTML, where the account says that its mails go out so too; empty otherwise."""
    return laid_out(whole, language=language) if account.settings.get("html") else ""
