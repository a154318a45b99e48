"""Pix keys: what people give instead of a branch and an account, in the directory's writing."""

import re

from bezant.rail import PixKey
from bezant.rail.identifiers import is_cnpj, is_cpf, is_email, is_phone, is_random_key

MOST_CHARACTERS = 77
"""Characters of the longest key, an e-mail address."""

_CHECKS = {
    "cpf": is_cpf,
    "cnpj": is_cnpj,
    "phone": is_phone,
    "email": is_email,
    "evp": is_random_key,
}
_PUNCTUATION = re.compile(r"[.\-/ ]")


def objection(key: PixKey) -> str | None:
    """Say why a key cannot stand in the directory; nothing when it can."""
    if len(key.key) > MOST_CHARACTERS:
        return f"the key is longer than {MOST_CHARACTERS} characters"
    if _CHECKS[key.kind](key.key):
        return None
    return f"{key.key!r} is no key of kind {key.kind}"


def key_of(text: str) -> PixKey | None:
    """Return the key that a text is, as people write it; nothing when it is none.

    Eleven digits may be a CPF or a telephone number without its country: only the CPF's check
    digits, or a plus sign, decide.
    """
    plain = text.strip()
    bare = _PUNCTUATION.sub("", plain).upper()
    if is_random_key(plain.lower()):
        return PixKey(plain.lower(), "evp")
    if is_email(plain.lower()) and len(plain) <= MOST_CHARACTERS:
        return PixKey(plain.lower(), "email")
    if plain.startswith("+"):
        phone = re.sub(r"[() ]", "", _PUNCTUATION.sub("", plain))
        return PixKey(phone, "phone") if is_phone(phone) else None
    if is_cpf(bare):
        return PixKey(bare, "cpf")
    return PixKey(bare, "cnpj") if is_cnpj(bare) else None
