"""SIP: the ways in (trunks by their address and port, agents by short-lived secrets), and what each may do."""

from collections.abc import Mapping

from fanal.running.pbx.configuration.asked import Pbx, Trunk

PUSHED = "memory"  # agents and guests are told to a running Asterisk, and forgotten with it


def files(pbx: Pbx) -> Mapping[str, str]:
    sections = [_GLOBAL, _door(pbx), _transports(pbx), *(_trunk(pbx, trunk) for trunk in pbx.trunks)]
    return {"pjsip.conf": "\n".join(sections), "sorcery.conf": _SORCERY}


_GLOBAL = """\
[global]
type = global
user_agent = fanal
max_initial_qualify_time = 0
; No anonymous: who is nobody we know is challenged, and told nothing.
endpoint_identifier_order = ip,username,auth_username
send_contact_status_on_update_registration = no
[system]
type = system
timer_t1 = 500
threadpool_initial_size = 4
threadpool_auto_increment = 4
threadpool_max_size = 50
"""
_SORCERY = "".join(
    ["[res_pjsip]\n"]
    + [f"{kind} = config,pjsip.conf,criteria=type={kind}\n{kind} = {PUSHED}\n" for kind in ("endpoint", "auth", "aor")]
    + ["[res_pjsip_endpoint_identifier_ip]\nidentify = config,pjsip.conf,criteria=type=identify\n"]
)


def _door(pbx: Pbx) -> str:
    """Who may say anything by SIP: carriers, phones on the desk, and browsers, which come by a proxy on this machine.

    With a certificate of its own it is browsers' own addresses that it sees, and they are anywhere.
    """
    if pbx.certificate:
        return ""
    permitted = ["127.0.0.1/32", "::1/128", *pbx.networks, *(_only(trunk.address) for trunk in pbx.trunks)]
    lines = "".join(f"permit = {one}\n" for one in permitted)
    return f"[door]\ntype = acl\ndeny = 0.0.0.0/0.0.0.0\ndeny = ::/0\n{lines}"


def _only(address: str) -> str:
    return f"{address}/{128 if ':' in address else 32}"


def _transports(pbx: Pbx) -> str:
    """No TCP: by it carriers come from any port, and so are nobody we know."""
    ways = f"[udp]\ntype = transport\nprotocol = udp\nbind = {_host(pbx.address)}:{pbx.sip_port}\n"
    for protocol in ["ws", *(["wss"] if pbx.certificate else [])]:
        ways += f"[{protocol}]\ntype = transport\nprotocol = {protocol}\nbind = {_host(pbx.address)}\n"
    return ways


def _trunk(pbx: Pbx, trunk: Trunk) -> str:
    """The port is part of who it is: a browser behind a proxy at the carrier's address is not the carrier."""
    return (
        f"[{trunk.name}]\ntype = endpoint\ncontext = from-outside\ntransport = udp\n"
        "disallow = all\nallow = alaw,ulaw,g722\n"
        "direct_media = no\nrtp_symmetric = yes\nrtp_timeout = 30\nrtp_timeout_hold = 300\ndtmf_mode = auto_info\n"
        f"media_address = {pbx.address}\nbind_rtp_to_media_address = yes\n"
        "trust_id_inbound = yes\nsend_pai = yes\nsend_connected_line = no\nallow_transfer = no\nallow_subscribe = no\n"
        f"set_var = FANAL_TRUNK={trunk.name}\naors = {trunk.name}\n"
        f"[{trunk.name}]\ntype = aor\ncontact = sip:{_host(trunk.address)}:{trunk.port}\n"
        f"qualify_frequency = {trunk.asked_every}\n"
        f"[{trunk.name}]\ntype = identify\nendpoint = {trunk.name}\nmatch = {_host(trunk.address)}:{trunk.port}\n"
    )


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
