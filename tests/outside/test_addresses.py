"""Where we let ourselves be sent: a table of addresses in every spelling, and the settings that open a door."""

import pytest

from fanal.outside import addresses
from fanal.outside.addresses import Refused

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "::ffff:192.168.1.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:101::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff05::2",
    "ff0e::1",
]
OPEN = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.0.1",
    "192.169.0.1",
    "198.17.0.1",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "2a00:1450:4001:830::200e",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]


def test_the_table_is_as_long_as_was_promised() -> None:
    assert len(REFUSED) >= 60


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_of_the_open_internet_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        addresses.check(address, within=False)


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_open_internet_is_fine(address: str) -> None:
    addresses.check(address, within=False)


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "192.168.1.5", "::1", "fd12::1", "::ffff:10.0.0.1"])
def test_a_host_that_a_setting_names_may_be_private(address: str) -> None:
    addresses.check(address, within=True)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "168.63.129.16", "0.0.0.0", "::",
     "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::a9fe:a9fe"],
)  # fmt: skip
def test_what_a_machine_says_of_itself_is_never_asked_whatever_a_setting_names(address: str) -> None:
    with pytest.raises(Refused, match="forbidden_address"):
        addresses.check(address, within=True)


def test_one_bad_address_among_good_ones_refuses_the_name() -> None:
    with pytest.raises(Refused, match="private_address"):
        addresses.check_all(["93.184.216.34", "10.0.0.1"], None)


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "//example.org/", "example.org",
     "https://user@example.org/", "https://user:pass@example.org/", "https://example.org@127.0.0.1/",
     "https:///path", "https://example.org:99999/", "https://exa mple.org/", "https://example.org/\r\nHost: x",
     "https://example.org/#x", "javascript:alert(1)", "http://[::1/"],
)  # fmt: skip
def test_what_is_no_plain_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="address"):
        addresses.place(address)


@pytest.mark.parametrize(
    "address",
    ["http://example.org/", "https://example.org:22/", "https://example.org:6379/", "http://example.org:443/"],
)
def test_plain_text_and_unusual_ports_need_a_setting(address: str) -> None:
    place = addresses.place(address)
    with pytest.raises(Refused, match="not_https"):
        addresses.check_place(place, None)
    [opening] = addresses.openings([f"example.org:{place.port}"])
    assert addresses.opening_for(place, [opening]) == opening
    addresses.check_place(place, opening)


def test_a_setting_opens_this_host_and_port_and_no_other() -> None:
    openings = addresses.openings(["erp.internal:8080", "Wide.internal", " ", "back.demo=127.0.0.1:8002", "[::1]:90"])
    where = addresses.place

    def opened(address: str) -> bool:
        return addresses.opening_for(where(address), openings) is not None

    assert opened("http://erp.internal:8080/x")
    assert opened("http://ERP.internal.:8080/x")
    assert not opened("http://erp.internal:8081/x")
    assert not opened("http://sub.erp.internal:8080/x")
    assert not opened("http://erp.internal.example.org:8080/x")
    assert opened("https://wide.internal:1234/")
    assert opened("http://[::1]:90/")
    found = addresses.opening_for(where("http://back.demo/x"), openings)
    assert found is not None
    assert found.at == ("127.0.0.1", 8002)
