"""Sound on its way: the ports it comes by, the tones of a ringing line, and the music of who waits."""

from collections.abc import Mapping

from fanal.running.pbx.configuration.asked import Pbx


def files(pbx: Pbx) -> Mapping[str, str]:
    return {
        "rtp.conf": (
            f"[general]\nrtpstart = {pbx.first_media_port}\nrtpend = {pbx.last_media_port}\n"
            "icesupport = yes\nstrictrtp = yes\nrtcpinterval = 5000\nrtpchecksums = no\n"
        ),
        "musiconhold.conf": f"[general]\n[default]\nmode = files\ndirectory = {pbx.folders.state / 'music'}\n",
        "indications.conf": _TONES,
        "chan_websocket.conf": "[global]\ncontrol_message_format = json\n",
    }


# What most of Europe hears (ITU-T E.180).
_TONES = """\
[general]
country = fanal
[fanal]
description = ITU
ringcadence = 1000,4000
dial = 425
busy = 425/500,0/500
ring = 425/1000,0/4000
congestion = 425/250,0/250
callwaiting = 425/200,0/200,425/200,0/4000
"""
