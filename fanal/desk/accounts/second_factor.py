"""Second factors as they are kept: what an authenticator app shares with us lies encrypted in the database."""

import base64
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter

from fanal.running.sealed import NotReadable, seal, unseal

PURPOSE = "second factors"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return seal(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """What was kept under another secret opens nothing: a random key, which no code ever matches."""
        try:
            return unseal(encrypted_text, purpose=PURPOSE)
        except NotReadable:
            return base64.b32encode(secrets.token_bytes(20)).decode()
