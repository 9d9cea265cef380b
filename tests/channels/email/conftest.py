"""A shop that is written to: its account, its queue, and a mailbox on a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_parser_left() -> Iterator[None]:
    """The parser's process of this test ends with it."""
    yield
    from fanal.channels import registry

    if registry.channel.cache_info().currsize:
        registry.channel("email").close()


@pytest.fixture
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Dovecot with an empty mailbox."""
    from tests.channels.email import dovecot

    if not dovecot.PROGRAM:
        pytest.skip("NOT TESTED: Dovecot is not installed (apt-get install dovecot-imapd)")
    folder: Path = tmp_path_factory.mktemp("dovecot")
    with dovecot.running(folder) as server:
        yield server


@pytest.fixture
def desk_address() -> Any:
    """The account support@shop.example, whose mail waits in the queue `post`."""
    from tests.channels.email.letters import an_account

    return an_account()
