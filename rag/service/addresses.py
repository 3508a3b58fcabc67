"""Where a server may listen (a free port, an address that only this computer reaches), and what it is called."""

from __future__ import annotations

import ipaddress
import re
import socket

from dateline.index.errors import UsageError

EVERY_HOST = "*"
"""Stands among allowed hosts for all of them."""
_HEADER = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::[0-9]*)?")
_PATTERN = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


def is_loopback(host: str) -> bool:
    """Return whether only this computer can reach ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_name(header: str) -> str:
    """Return the name or address in a Host header, without its port, or "" where it holds none.

    >>> from dateline.rag.service.addresses import host_name
    >>> host_name("News.example:7860"), host_name("[::1]:7860"), host_name("ann@news.example")
    ('news.example', '::1', '')
    """
    found = _HEADER.fullmatch(header.lower())
    name = (found[1] or found[2]) if found else ""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.removesuffix(".")


def host_pattern(text: str) -> str:
    """Return an allowed host as requests are held against it: a name, ``*.`` before one, an address, or ``*``.

    Raises UsageError for what can be none of them, such as an address with a scheme or a port.
    """
    pattern = text.strip().lower()
    if pattern == EVERY_HOST or _PATTERN.fullmatch(pattern):
        return pattern
    try:
        return str(ipaddress.ip_address(pattern.removeprefix("[").removesuffix("]")))
    except ValueError:
        raise UsageError(
            f"allowed_hosts has {text!r}; write a host's name such as news.example, without port or http://"
        ) from None


def require_free_port(host: str, port: int) -> None:
    """Raise UsageError where something else listens on the port, or nothing can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(
                f"cannot listen on {host}:{port} ({reason}); choose another with --port, or stop what uses it"
            ) from error
