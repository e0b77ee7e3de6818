"""Certificates for the HTTPS servers of a practice network: an authority of its own, made at each start, and two of
each server's, one that is good and one that has expired."""

import datetime as dt
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "authority.pem"
_DAY = dt.timedelta(days=1)
_GOOD_FOR = 90 * _DAY


@dataclass(frozen=True, slots=True)
class Authority:
    """Who vouches for the servers."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_authority(place: Path, now: dt.datetime) -> Authority:
    """Make an authority and keep its certificate, not its key, at a place."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Linewalker practice network")
    made = (
        _begin(name, name, key.public_key(), now - _DAY, now + _GOOD_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    place.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Authority(key, made)


def make_certificate(
    authority: Authority, address: str, names: tuple[str, ...], place: Path, until: dt.datetime
) -> None:
    """Keep the key and the certificate of a server at a place, in one file; it ends `until`."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = authority.key.public_key()
    alternatives = [x509.IPAddress(IPv4Address(address)), *(x509.DNSName(name) for name in names)]
    made = (
        _begin(_name(address), authority.certificate.subject, key.public_key(), until - _GOOD_FOR, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    place.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    since: dt.datetime,
    until: dt.datetime,
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=since,
        not_valid_after=until,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
