"""Where webhooks may go: rules for addresses, so that nobody makes us call our own network.

A name says nothing, since it may resolve to anything at any time. The rules for IP addresses are
therefore asked again for the address that is connected to.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

IpAddress = IPv4Address | IPv6Address

_LONGEST = 2_048
_ALLOWED = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # RFC 3986, section 2.
_NAME = re.compile(r"[a-z0-9._-]+")
_PORTS = {"http": 80, "https": 443}
_UNPRIVILEGED = 1_024
_ANYCAST_RELAYS = IPv4Network("192.88.99.0/24")  # RFC 7526 took them out of use.
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, 2.4.
_DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637, newer than some tables of Python.
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, 2.1.


class Destination(NamedTuple):
    """The parts of a URL that a request needs.

    `host` has no brackets and `is_number` when it is an IP address; `authority` is host and port
    as they are written, `target` the path and query.
    """

    scheme: str
    host: str
    port: int
    authority: str
    target: str
    is_number: bool


def problem_with(url: str, *, livemode: bool) -> str | None:
    """Return why webhooks cannot be sent to a URL, as a sentence; None if they can."""
    if len(url) > _LONGEST:
        return f"The URL is longer than {_LONGEST} characters."
    if not _ALLOWED.fullmatch(url):
        return "The URL has characters that must be escaped."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "The URL cannot be read."
    return next(_faults(parts, port, livemode=livemode), None)


def _faults(parts: SplitResult, port: int | None, *, livemode: bool) -> Iterator[str]:
    if livemode and parts.scheme != "https":
        yield "The URL must begin with https:// in live mode."
    if parts.scheme not in _PORTS:
        yield "The URL must begin with https:// or http://."
    address = _literal(parts.hostname or "")
    if not parts.hostname or (address is None and not _NAME.fullmatch(parts.hostname)):
        yield "The URL has no host name."
    if isinstance(address, IPv6Address) != ("[" in parts.netloc):
        yield "The URL's brackets are for an IPv6 address."
    if parts.username is not None or parts.password is not None:
        yield "The URL must not carry a user name or password."
    if port is not None and port not in _PORTS.values() and port < _UNPRIVILEGED:
        yield f"The URL's port must be 80, 443, or at least {_UNPRIVILEGED}."
    if address is not None and not may_connect(address, livemode=livemode):
        yield f"The URL's address {address} is not public."


def destination(url: str) -> Destination:
    """Return where a URL with which there is no problem leads."""
    parts = urlsplit(url)
    assert parts.hostname, "the URL was checked"
    return Destination(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        authority=parts.netloc,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        is_number=_literal(parts.hostname) is not None,
    )


def may_connect(address: IpAddress, *, livemode: bool) -> bool:
    """Tell whether webhooks may be sent to an address: public ones, and in test mode loopback."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    plain = _unmapped(address)
    return _is_public(plain) or (not livemode and plain.is_loopback)


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _unmapped(address: IpAddress) -> IpAddress:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_public(address: IpAddress) -> bool:
    """Tell whether an address is anybody's on the Internet, the IPv4 address inside it included."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and address not in _ANYCAST_RELAYS
    if address in _NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    if address.sixtofour is not None:
        return _is_public(address.sixtofour)
    return address in _GLOBAL_UNICAST and address not in _DOCUMENTATION and address.is_global
