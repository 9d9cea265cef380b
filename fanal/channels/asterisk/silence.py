"""Which lines are to be ended by us when nothing is heard of their browser: those that may carry pictures. Pure.

Asterisk's own timeout (`rtp_timeout`) counts sound and pictures each for itself, and of pictures that share a way with
the sound it counts none. So a line with it ends some seconds after the first camera, whatever is seen on both sides;
where pictures may be shown it is left out, and the sound is counted by whoever steers.
"""

from fanal.channels.asterisk import guests, lines

_KIND = "PJSIP/"


def ends_after(channel: str) -> int:
    """Seconds without sound until we end the line with this name of a channel; 0: the exchange does it by itself."""
    endpoint = channel.removeprefix(_KIND)
    if endpoint == channel:
        return 0
    if endpoint.startswith(lines.WITH_PICTURES):
        return lines.GONE_AFTER
    return guests.GONE_AFTER if endpoint.startswith(guests.BEGINS) else 0
