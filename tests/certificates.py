"""An authority of the tests' own, and certificates that only those trust who trust it."""

import base64
import datetime
import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Files, as PEM; `authority` is whom to trust for it."""

    chain: Path
    key: Path
    authority: Path
    authority_pin: str  # the hash of its key, by which a browser can be told to trust it


def certificate_for(folder: Path, *hosts: str) -> Certificate:
    """For these names and addresses, by an authority that nobody knew before."""
    key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _signed("Authority of the tests", own_key.public_key(), by="Authority of the tests", with_key=own_key)
    issued = _signed(hosts[0], key.public_key(), by="Authority of the tests", with_key=own_key, hosts=hosts)
    folder.mkdir(parents=True, exist_ok=True)
    told = own_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pin = base64.b64encode(hashlib.sha256(told).digest()).decode()
    files = (folder / "chain.pem", folder / "key.pem", folder / "authority.pem")
    made = Certificate(chain=files[0], key=files[1], authority=files[2], authority_pin=pin)
    made.chain.write_bytes(_pem(issued) + _pem(authority))
    made.authority.write_bytes(_pem(authority))
    plain = serialization.NoEncryption()
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return made


def _signed(
    name: str,
    public: ec.EllipticCurvePublicKey,
    *,
    by: str,
    with_key: ec.EllipticCurvePrivateKey,
    hosts: tuple[str, ...] = (),
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(by))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + 30 * DAY)
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(with_key.public_key()), critical=False)
    )
    if hosts:
        made = made.add_extension(x509.SubjectAlternativeName([_host(one) for one in hosts]), critical=False)
    else:
        made = made.add_extension(_SIGNS, critical=True)
    return made.sign(with_key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


_SIGNS = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip
