"""The tamper check 防篡改校验: Ed25519 over a revision's content. It shows that nothing was changed, and is no seal.

The private key lies in a file of its owner's; the ledger holds the public one.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from config.errors import LinewalkerError, MachineError


def new_key(path: Path) -> str:
    """Make a private key in a file that is not there yet and only its owner can read; its public key."""
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    except FileExistsError as error:
        raise LinewalkerError("{place} is there already; name a file that is not", place=path) from error
    except OSError as error:
        raise MachineError("{place} cannot be written: {error}", place=path, error=error.strerror) from error
    return public(key)


def read_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a file. Raises LinewalkerError."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def public(key: Ed25519PrivateKey) -> str:
    """The public key that belongs to a private one, in hexadecimal."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(key: Ed25519PrivateKey, text: str) -> str:
    """The signature of a text, in hexadecimal."""
    return key.sign(text.encode()).hex()


def holds(public_key: str, signature: str, text: str) -> bool:
    """Whether a signature is that of a text."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), text.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _no_key(path: Path) -> LinewalkerError:
    return LinewalkerError(
        "{place} holds no Ed25519 key; make one with `linewalker key new FILE`", place=path
    )
