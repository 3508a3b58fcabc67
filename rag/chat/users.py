"""Users: who may open the chat; a JSON file of names and salted hashes, never of passwords."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from dateline.index.errors import UsageError

_N, _R, _P = 2**14, 8, 1
"""Cost of scrypt (RFC 7914): about 50 ms and 16 MB a password."""
SHORTEST = 8


class Users:
    """The users of a file; every check takes the same time whether or not the name exists."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
            self.hashes = {str(name): _parsed(str(line)) for name, line in held.items()}
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            raise UsageError(
                f"{path}: is no file of users ({error}); make one with: dateline user NAME --auth FILE"
            ) from error
        self._nobody = (secrets.token_bytes(16), secrets.token_bytes(64))

    def add(self, name: str, password: str) -> None:
        """Add a user or change a password."""
        if not name.strip() or len(password) < SHORTEST:
            raise UsageError(f"a user needs a name, and a password of at least {SHORTEST} characters")
        salt = secrets.token_bytes(16)
        self.hashes[name.strip()] = (salt, _hashed(password, salt))
        lines = {name: f"scrypt${salt.hex()}${hashed.hex()}" for name, (salt, hashed) in self.hashes.items()}
        beside = self.path.with_name(self.path.name + ".new")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(lines, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(self.path)

    def check(self, name: str, password: str) -> bool:
        """Whether the password is this user's."""
        salt, hashed = self.hashes.get(name, self._nobody)
        return hmac.compare_digest(_hashed(password, salt), hashed)


def _hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=_N, r=_R, p=_P)


def _parsed(line: str) -> tuple[bytes, bytes]:
    kind, salt, hashed = line.split("$")
    if kind != "scrypt":
        raise ValueError(f"unknown hash {kind!r}")
    return bytes.fromhex(salt), bytes.fromhex(hashed)
