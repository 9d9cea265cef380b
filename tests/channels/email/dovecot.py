"""A real IMAP server for the tests: Debian's Dovecot with one mailbox, in a folder of its own."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from fanal.channels.email.servers import Security, Server
from tests.servers import free_ports

PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/sbin:/usr/local/sbin")
USER, PASSWORD = "support", "a mailbox's password"

SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_location = maildir:{folder}/mail/%u
mail_uid = {owner}
mail_gid = {group}
first_valid_uid = 1
maildir_very_dirty_syncs = no
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 20
}}
"""


@dataclass
class Dovecot:
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> Server:
        return Server(host="127.0.0.1", port=self.port, security=Security.NONE, user=USER, password=PASSWORD)

    def start(self) -> None:
        assert PROGRAM
        self.process = subprocess.Popen([PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")])
        until = time.monotonic() + 20
        while True:
            try:
                with self.client():
                    return
            except (OSError, IMAPClient.Error):
                if time.monotonic() > until or self.process.poll() is not None:
                    raise AssertionError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[IMAPClient]:
        client = IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=20)
        try:
            client.login(USER, PASSWORD)
            client.select_folder(folder)
            yield client
        finally:
            client.logout()

    def deliver(self, *mails: bytes, seen: bool = False) -> None:
        with self.client() as client:
            for mail in mails:
                client.append("INBOX", mail, flags=["\\Seen"] if seen else [])

    def flags(self) -> dict[int, set[str]]:
        with self.client() as client:
            return {uid: {flag.decode() for flag in flags} for uid, flags in client.get_flags(client.search()).items()}

    def number_anew(self) -> None:
        """Another UIDVALIDITY, as after a mailbox was restored: every mail has another number."""
        time.sleep(1.1)  # it is made of the time in seconds
        for pattern in ("dovecot-uid*", "dovecot.*"):
            for path in (self.folder / "mail" / USER).glob(pattern):
                path.unlink()


def _owner() -> tuple[str, str]:
    if os.geteuid() == 0:
        return "nobody", "nogroup"
    me = pwd.getpwuid(os.geteuid())
    return me.pw_name, str(me.pw_gid)


@contextmanager
def running(folder: Path) -> Iterator[Dovecot]:
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.parents):  # its processes run as others, and pytest closes its folders to them
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    [port] = free_ports(1)
    owner, group = _owner()
    root = os.geteuid() == 0
    (folder / "mail" / USER).mkdir(parents=True)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (folder / "log").touch()
    for path in (folder / "mail", folder / "mail" / USER):
        shutil.chown(path, owner, int(group) if group.isdigit() else group)
    (folder / "dovecot.conf").write_text(
        SETTINGS.format(
            folder=folder,
            port=port,
            owner=owner,
            group=group,
            internal="dovecot" if root else owner,
            internal_group="dovecot" if root else group,
            login="dovenull" if root else owner,
        )
    )
    server = Dovecot(folder=folder, port=port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
