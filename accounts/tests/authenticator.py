"""An authenticator for passkeys, in software: an ES256 key, no attestation (WebAuthn Level 3)."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://testserver"
DOMAIN = "testserver"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """A device with one passkey."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(16)
        self.count = 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    @staticmethod
    def client_data(kind: str, challenge: str, origin: str) -> str:
        return encode(json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode())

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer ``navigator.credentials.create``."""
        assert options["rp"]["id"] == DOMAIN
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(DOMAIN, PRESENT | VERIFIED | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            clientDataJSON=self.client_data("webauthn.create", options["challenge"], ORIGIN),
            attestationObject=encode(attestation),
        )

    def get(
        self,
        options: dict[str, Any],
        *,
        origin: str = ORIGIN,
        domain: str = DOMAIN,
        is_verified: bool = True,
        key: Any = None,
    ) -> dict[str, Any]:
        """Answer ``navigator.credentials.get``, or not quite."""
        self.count += 1
        data = self._data(domain, PRESENT | (VERIFIED if is_verified else 0))
        client_data = self.client_data("webauthn.get", options["challenge"], origin)
        signing = ec.generate_private_key(ec.SECP256R1()) if key else self._key
        signed = data + hashlib.sha256(decode(client_data)).digest()
        return self._credential(
            clientDataJSON=client_data,
            authenticatorData=encode(data),
            signature=encode(signing.sign(signed, ec.ECDSA(SHA256()))),
        )

    def _data(self, domain: str, flags: int) -> bytes:
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _credential(self, **response: str) -> dict[str, Any]:
        own = encode(self.id)
        return {"id": own, "rawId": own, "type": "public-key", "response": response}
