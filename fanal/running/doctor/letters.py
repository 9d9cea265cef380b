"""E-mail: whether every mailbox is read, every answer goes out, and nothing lies where nobody looks."""

from collections.abc import Iterator

from fanal.environment import environment
from fanal.running.doctor.database import row
from fanal.running.doctor.exposure import LOCAL
from fanal.running.doctor.finding import Finding, fail, ok, warn

ACCOUNTS = """
SELECT count(*), count(*) FILTER (WHERE c.problem <> ''),
       min(a.name || ': ' || c.problem) FILTER (WHERE c.problem <> ''),
       count(*) FILTER (
           WHERE a.settings ? 'imap' AND coalesce(c.looked_at, '-infinity') < now() - interval '15 minutes'),
       bool_or(coalesce((a.settings ->> 'listener')::boolean, false)), bool_or(a.settings -> 'smtp' ->> 'host' <> ''),
       array_agg(a.settings -> 'imap' ->> 'host') FILTER (WHERE a.settings -> 'imap' ->> 'security' = 'none')
       || array_agg(a.settings -> 'smtp' ->> 'host') FILTER (WHERE a.settings -> 'smtp' ->> 'security' = 'none')
FROM channels_channelaccount a LEFT JOIN channels_mailcursor c ON c.account_id = a.id
WHERE a.kind = 'email' AND a.active
"""
LETTERS = """
SELECT (SELECT count(*) FROM interactions_letter l JOIN interactions_message m ON m.id = l.message_id
        WHERE l.ours AND m.state IN ('failed', 'unknown') AND l.at > now() - interval '7 days'),
       (SELECT count(*) FROM interactions_letter WHERE next_at < now() - interval '15 minutes'),
       (SELECT count(*) FROM channels_mailgap)
"""


def mail() -> Iterator[Finding]:
    if not row("SELECT to_regclass('interactions_letter')")[0]:
        return  # not migrated yet, which has been said
    accounts, troubled, first, unread, listening, own_server, unencrypted = row(ACCOUNTS)
    if not accounts:
        return
    if troubled or unread:
        what = first or f"nobody looks into {unread} of them"
        yield fail("Mailboxes", what, "Is `fanal mail` running? Check the account under Administration, Channels.")
    else:
        yield ok("Mailboxes", f"{accounts} in use")
    if listening and not environment.mail_listen:
        todo = "Set FANAL_MAIL_LISTEN, such as lmtp://127.0.0.1:2424, where your MTA hands mail over."
        yield fail("Mail listener", "an account waits for it, and it does not listen", todo)
    if not environment.smtp_url and not own_server:
        yield fail("Answers by mail", "no mail server", "Name one in the account, or set FANAL_SMTP_URL.")
    for host in sorted(set(unencrypted or ()) - set(LOCAL)):
        yield fail("Mail on its way", f"{host}: the password travels unencrypted", "Choose TLS in the account.")
    lost, late, gaps = row(LETTERS)
    if late:
        yield fail("Answers by mail", f"{late} wait for more than a quarter of an hour", "Is `fanal mail` running?")
    if lost:
        todo = "Open the contacts: each says what the server said, and can be sent again."
        yield warn("Answers by mail", f"{lost} failed, or nobody knows of them, within a week", todo)
    if gaps:
        todo = "They are still in the mailbox; fanal tries again. Look at them with a mail program."
        yield warn("Mails not fetched", f"{gaps}", todo)
