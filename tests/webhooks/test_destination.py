"""Which URLs and addresses webhooks may go to."""

from ipaddress import ip_address

import pytest

from bezant.resources.webhooks.destination import destination, may_connect, problem_with

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.1", "192.167.255.255",
    "223.255.255.254", "2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::8.8.8.8",
    "::ffff:8.8.8.8", "2002:808:808::1",
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"]
REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
    "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "224.0.1.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    "::", "::2", "::7f00:1", "::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::",
    "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "2002:c0a8:101::1", "2002:a9fe:a9fe::1",
    "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1",
    "ff02::1", "ff0e::1", "2606:4700::1111%eth0", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0.0.0.0", "::ffff:0:127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_allowed(text):
    assert may_connect(ip_address(text), livemode=True)
    assert may_connect(ip_address(text), livemode=False)


@pytest.mark.parametrize("text", LOOPBACK)
def test_loopback_is_for_test_mode(text):
    assert not may_connect(ip_address(text), livemode=True)
    assert may_connect(ip_address(text), livemode=False)


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused(text):
    assert not may_connect(ip_address(text), livemode=True)
    assert not may_connect(ip_address(text), livemode=False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.example.com",
         ("https", "hooks.example.com", 443, "hooks.example.com", "/", False)),
        ("http://Hooks.Example.com/a/b?c=d&e=%20#f",
         ("http", "hooks.example.com", 80, "Hooks.Example.com", "/a/b?c=d&e=%20", False)),
        ("https://hooks.example.com:8443?x",
         ("https", "hooks.example.com", 8443, "hooks.example.com:8443", "/?x", False)),
        ("https://[2606:4700::1111]:4430/x",
         ("https", "2606:4700::1111", 4430, "[2606:4700::1111]:4430", "/x", True)),
        ("http://127.0.0.1:3000/hook",
         ("http", "127.0.0.1", 3000, "127.0.0.1:3000", "/hook", True)),
        ("http://localhost:3000",
         ("http", "localhost", 3000, "localhost:3000", "/", False)),
        ("https://xn--bcher-kva.example/",
         ("https", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/", False)),
    ],
)  # fmt: skip
def test_ordinary_urls_are_taken_apart(url, expected):
    assert problem_with(url, livemode=False) is None
    assert destination(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "//x.example", "/hook", "https:", "https://", "https:///hook", "https:x.example",
        "ftp://x.example", "file:///etc/passwd", "gopher://x.example", "javascript:alert(1)",
        "unix:///run/x", "https://:443", "https://x.example:0", "https://x.example:22",
        "https://x.example:25", "https://x.example:1023", "https://x.example:65536",
        "https://x.example:-1", "https://x.example:https", "https://x.example:8 0",
        "https://user@x.example", "https://user:pass@x.example", "https://@x.example",
        "https://x.example@10.0.0.1", "https://x example", "https://x.example/a b",
        "https://x.example/\n", 'https://x.example/a"b', "https://x.example/<>",
        "https://x.example\r\nHost: y", "https://x.example\\@10.0.0.1",
        "https://bücher.example", "https://x。example", "https://[::1%25eth0]/", "https://[::1",
        "https://fe80::1]/", "https://[v1.x]/", "https://[fe80::1%251]/", "https://10.0.0.1/",
        "https://[fd00::1]/", "https://169.254.169.254/latest/meta-data/", "https://0.0.0.0:8080/",
        "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://a%2eexample/",
        "https://x.example/" + "a" * 2_048,
    ],
)  # fmt: skip
def test_odd_urls_are_refused_with_a_reason(url):
    for livemode in (False, True):
        reason = problem_with(url, livemode=livemode)
        assert reason is not None
        assert reason.endswith(".")


def test_live_mode_wants_tls():
    assert problem_with("http://hooks.example.com", livemode=True) is not None
    assert problem_with("http://hooks.example.com", livemode=False) is None
    assert problem_with("https://hooks.example.com", livemode=True) is None
    assert problem_with("HTTPS://hooks.example.com", livemode=True) is None
