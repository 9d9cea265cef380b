"""The post room runs: a reader for each mailbox in use, the listener, processing and sending, until it is stopped."""

import asyncio
import threading

import structlog
from django.db import connection

from fanal.channels.email.servers import Server
from fanal.channels.email.servers import server as server_in
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.opening import opened
from fanal.environment import environment
from fanal.intake.mail.listener import Listener
from fanal.intake.mail.mailbox import Reader
from fanal.intake.mail.processing import Processing
from fanal.intake.mail.sending import Sending
from fanal.running.sealed import NotReadable

log = structlog.get_logger(__name__)

LOOK_EVERY = 5.0  # seconds until a changed account is noticed


def run(stop: threading.Event) -> None:
    """Run everything until `stop` is set."""
    processing = Processing(stop=stop)
    sending = Sending(stop=stop)
    processing.start()
    sending.start()
    listening = _listen(stop, processing) if environment.mail_listen else None
    readers: dict[int, Reader] = {}
    try:
        while not stop.is_set():
            try:
                keep_readers(readers, processing)
            except Exception as problem:  # the readers that run go on, and it is tried again
                log.warning("mailboxes_not_looked_for", problem=type(problem).__name__)
            stop.wait(LOOK_EVERY)
    finally:
        processing.wake()
        for reader in readers.values():
            reader.stop.set()
        for reader in readers.values():
            reader.join(10)
        if listening:
            listening.join(10)
        for thread in (processing, sending):
            thread.join(10)
        connection.close()


def keep_readers(readers: dict[int, Reader], processing: Processing) -> None:
    """A reader for each mailbox in use, and a new one where the settings changed."""
    wanted = {account.pk: (account, server) for account, server in mailboxes()}
    for key, reader in list(readers.items()):
        if key not in wanted or wanted[key][1] != reader.server:
            reader.stop.set()
            del readers[key]
    for key, (account, server) in wanted.items():
        if key not in readers:
            readers[key] = Reader(account=account, server=server, stop=threading.Event(), taken=processing.wake)
            readers[key].start()


def mailboxes() -> list[tuple[ChannelAccount, Server]]:
    """The accounts in use that are read by IMAP, with their servers."""
    found = []
    for account in ChannelAccount.objects.filter(kind=ChannelKind.EMAIL, active=True).order_by("pk"):
        try:
            settings = opened(account)
            there = server_in(settings, "imap", password=str(settings.get("imap_password", "")))
        except (NotReadable, ValueError) as problem:
            log.warning("mailbox_settings", account=account.code, problem=type(problem).__name__)
            continue
        if there:
            found.append((account, there))
    return found


def _listen(stop: threading.Event, processing: Processing) -> threading.Thread:
    listener = Listener(environment.mail_listen, taken=processing.wake)

    async def serve() -> None:
        stopped = asyncio.Event()
        serving = asyncio.create_task(listener.serve(stopped))
        while not stop.is_set() and not serving.done():
            await asyncio.sleep(0.2)
        stopped.set()
        await serving

    def listen() -> None:
        while not stop.is_set():
            try:
                asyncio.run(serve())
            except OSError as problem:
                log.warning("mail_not_listening", address=environment.mail_listen, problem=str(problem))
                stop.wait(5)

    thread = threading.Thread(target=listen, name="mail listener", daemon=True)
    thread.start()
    return thread
