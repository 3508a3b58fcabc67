"""Where a server may listen: a free port, and an address that only this computer reaches."""

from __future__ import annotations

import ipaddress
import socket

from index.errors import UsageError


def is_loopback(host: str) -> bool:
    """Return whether only this computer can reach ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
