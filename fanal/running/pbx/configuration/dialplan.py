"""The dialplan, which does one thing: it hands a call to fanal, and says what happens when fanal is not there."""

from collections.abc import Mapping

from fanal.running.pbx.configuration.asked import Pbx

APP = "fanal"
"""The name under which fanal takes calls."""
NO_SERVICE = 34
"""Q.850: no circuit available; SIP 503, at which a proxy or carrier tries the next PBX."""


def files(_pbx: Pbx) -> Mapping[str, str]:
    ways = _FROM_OUTSIDE + _FROM_AGENTS + _FROM_GUESTS
    return {"extensions.conf": "[general]\nstatic = yes\nwriteprotect = yes\n" + ways}


# Whatever was called: a number, or a name of two letters and more. Names of one letter are Asterisk's own (h: hung up).
CALLED = ("_[+0-9]!", "_[a-zA-Z][0-9a-zA-Z]!")
# Who hides their number from us has not told it, though the carrier, who has to know it, told it along.
_FROM_OUTSIDE = "[from-outside]\n" + "".join(
    f"""\
exten => {called},1,Ringing()
 same => n,GotoIf($["${{CALLERID(num-pres):0:7}}" = "allowed"]?known)
 same => n,Set(CALLERID(all)="" <>)
 same => n(known),Stasis({APP},in,${{EXTEN}},${{FANAL_TRUNK}})
 same => n,GotoIf($["${{STASISSTATUS}}" = "FAILED"]?nobody)
 same => n,Hangup()
 same => n(nobody),Hangup({NO_SERVICE})
"""
    for called in CALLED
)
# An agent's phone is called by us; what it dials itself reaches fanal, which alone knows what the agent may.
_FROM_AGENTS = "[from-agents]\n" + "".join(
    f"""\
exten => {called},1,Stasis({APP},dialled,${{EXTEN}})
 same => n,Hangup()
"""
    for called in CALLED
)
# A customer's browser has one way in, and one call on it: no number, no other name, nothing behind it.
GUESTS_CALL = "desk"
_FROM_GUESTS = f"""\
[from-guest]
exten => {GUESTS_CALL},1,Ringing()
 same => n,Stasis({APP},guest,${{FANAL_GUEST}})
 same => n,Hangup()
"""
