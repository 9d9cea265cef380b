"""Asterisk itself: its folders, the modules that fanal uses and no other, what it logs, and its REST interface."""

from collections.abc import Mapping

from fanal.running.pbx.configuration.asked import Pbx

ARI_USER = "fanal"
LOOPBACK = "127.0.0.1"
MODULES = (
    # What the others stand on.
    "res_sorcery_astdb", "res_sorcery_config", "res_sorcery_memory", "res_timing_timerfd", "res_http_websocket",
    "res_crypto", "res_srtp", "res_pjproject", "res_rtp_asterisk", "res_rtp_multicast", "res_geolocation",
    "res_statsd", "res_musiconhold", "res_stasis", "res_websocket_client",
    # SIP.
    "res_pjsip", "res_pjsip_session", "res_pjsip_pubsub", "res_pjsip_acl", "res_pjsip_authenticator_digest",
    "res_pjsip_caller_id", "res_pjsip_dtmf_info", "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user", "res_pjsip_header_funcs", "res_pjsip_nat",
    "res_pjsip_outbound_authenticator_digest", "res_pjsip_outbound_registration", "res_pjsip_refer",
    "res_pjsip_registrar", "res_pjsip_rfc3326", "res_pjsip_sdp_rtp", "res_pjsip_transport_websocket",
    "res_pjsip_diversion", "res_pjsip_maintenance", "chan_pjsip", "chan_rtp", "chan_websocket",
    # ARI.
    "res_ari", "res_ari_model", "res_ari_applications", "res_ari_asterisk", "res_ari_bridges", "res_ari_channels",
    "res_ari_endpoints", "res_ari_events", "res_ari_playbacks", "res_ari_recordings", "res_ari_sounds",
    "res_stasis_answer", "res_stasis_playback", "res_stasis_recording", "res_stasis_snoop", "app_stasis",
    # Bridges, sound, and what the dialplan says.
    "chan_bridge_media", "bridge_builtin_features", "bridge_holding", "bridge_native_rtp", "bridge_simple",
    "bridge_softmix",
    "pbx_config", "codec_a_mu", "codec_alaw", "codec_ulaw", "codec_g722", "codec_gsm", "codec_opus_open_source",
    "codec_resample", "format_gsm", "format_pcm", "format_sln", "format_wav", "res_format_attr_opus",
    "res_format_attr_h264", "res_format_attr_vp8", "format_h264", "format_vp8", "func_callerid", "func_channel",
    "func_hangupcause", "func_talkdetect", "func_timeout", "app_playback", "app_playtones", "app_record",
    "res_mutestream",
)  # fmt: skip
EMPTY = (
    "acl.conf", "ccss.conf", "codecs.conf", "confbridge.conf", "features.conf", "geolocation.conf", "pjproject.conf",
    "stasis.conf", "statsd.conf", "udptl.conf", "websocket_client.conf",
)  # fmt: skip


def files(pbx: Pbx) -> Mapping[str, str]:
    folders = pbx.folders
    directories = {
        "astetcdir": folders.settings,
        "astmoddir": folders.modules,
        "astdatadir": folders.sounds,
        "astagidir": folders.state / "no-scripts",
        "astsbindir": "/usr/sbin",
        "astvarlibdir": folders.state / "lib",
        "astdbdir": folders.state / "lib",
        "astkeydir": folders.state / "lib",
        "astspooldir": folders.state / "spool",
        "astrundir": folders.state / "run",
        "astlogdir": folders.state / "log",
        "astcachedir": folders.state / "cache",
    }
    lines = [f"{name} => {folder}\n" for name, folder in directories.items()]
    return {
        "asterisk.conf": (
            "[directories]\n" + "".join(lines) + "[options]\n"
            # Nothing that a caller or a browser sends may run a program or read a file.
            f"live_dangerously = no\nsystemname = {pbx.name}\nhideconnect = yes\nnocolor = yes\ndefaultlanguage = en\n"
            f"maxcalls = {2 * pbx.most_calls}\n"  # a caller's leg and an agent's
        ),
        "modules.conf": "[modules]\nautoload = no\n" + "".join(f"load = {name}.so\n" for name in MODULES),
        "logger.conf": (
            "[general]\ndateformat = %F %T.%3q\n"
            # No notices: each try of a stranger would be one.
            "[logfiles]\nconsole => error\nmessages => warning,error\n"
        ),
        "http.conf": _http(pbx),
        "ari.conf": (
            "[general]\nenabled = yes\npretty = no\nwebsocket_write_timeout = 500\nchannelvars =\n"
            f"[{ARI_USER}]\ntype = user\nread_only = no\npassword = {pbx.secret}\npassword_format = plain\n"
        ),
        "manager.conf": "[general]\nenabled = no\n",
        "cdr.conf": "[general]\nenable = no\n",
        "cel.conf": "[general]\nenable = no\n",
        **dict.fromkeys(EMPTY, ""),
    }


def _http(pbx: Pbx) -> str:
    """The REST interface and the browsers' SIP share a server; it answers on the machine itself, TLS for all others.

    Whatever `address` is: who reaches the interface in plain text, and hears its secret once, steers every call.
    """
    told = (
        "[general]\nservername =\nenabled = yes\nenable_static = no\nenable_status = no\n"
        f"bindaddr = {LOOPBACK}\nbindport = {pbx.http_port}\n"
        "sessionlimit = 1000\nsession_inactivity = 30000\nsession_keep_alive = 15000\n"
    )
    if pbx.certificate and pbx.key:
        told += (
            f"tlsenable = yes\ntlsbindaddr = {pbx.address}:{pbx.https_port}\n"
            f"tlscertfile = {pbx.certificate}\ntlsprivatekey = {pbx.key}\n"
        )
    return told
