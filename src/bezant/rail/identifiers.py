"""Identifiers of accounts, people and banks that carry their own proof, one check for each.

Each check takes the canonical writing (no spaces, no separators) and says whether it holds.
"""

import re

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

_CPF_WEIGHTS = (tuple(range(10, 1, -1)), tuple(range(11, 1, -1)))
_CNPJ_WEIGHTS = (
    (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2),
    (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2),
)
_ROUTING_WEIGHTS = (3, 7, 1) * 3
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_IFSC = re.compile(r"[A-Z]{4}0[0-9A-Z]{6}")
_ISPB = re.compile(r"[0-9A-Z]{8}")
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_VPA = re.compile(r"[A-Za-z0-9.\-_]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}")


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdecimal()


def is_routing_number(text: str) -> bool:
    """Tell whether a text is an ABA routing number: nine digits, of which the last proves it."""
    if not _digits(text, 9) or text == "000000000":
        return False
    digits = map(int, text)
    return sum(a * b for a, b in zip(digits, _ROUTING_WEIGHTS, strict=True)) % 10 == 0


def is_iban(text: str) -> bool:
    """Tell whether a text is an IBAN (ISO 13616) whose country, length and check digits hold."""
    if not _IBAN.fullmatch(text):
        return False
    try:
        return bool(IBAN(text))
    except SchwiftyException:
        return False


def is_bic(text: str) -> bool:
    """Tell whether a text is a BIC (ISO 9362): eight or eleven characters, a country among them."""
    if not _BIC.fullmatch(text):
        return False
    try:
        return bool(BIC(text))
    except SchwiftyException:
        return False


def is_lei(text: str) -> bool:
    """Tell whether a text is a legal entity identifier (ISO 17442)."""
    return _LEI.fullmatch(text) is not None and _mod_97(text) == 1


def is_creditor_reference(text: str) -> bool:
    """Tell whether a text is a creditor reference (ISO 11649), which begins with RF."""
    return _REFERENCE.fullmatch(text) is not None and _mod_97(text[4:] + text[:4]) == 1


def _mod_97(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text)) % 97


def is_sort_code(text: str) -> bool:
    """Tell whether a text is a British sort code: six digits, not all zero."""
    return _digits(text, 6) and text != "000000"


def is_gb_account_number(text: str) -> bool:
    """Tell whether a text is a British account number as it goes to a bank: eight digits."""
    return _digits(text, 8)


def is_institution_number(text: str) -> bool:
    """Tell whether a text is a Canadian institution's number: three digits."""
    return _digits(text, 3)


def is_transit_number(text: str) -> bool:
    """Tell whether a text is a Canadian branch's transit number: five digits."""
    return _digits(text, 5)


def is_ca_account_number(text: str) -> bool:
    """Tell whether a text is a Canadian account number: 5 to 12 digits."""
    return 5 <= len(text) <= 12 and _digits(text, len(text))


def is_service_user_number(text: str) -> bool:
    """Tell whether a text is a Bacs service user number: six digits."""
    return _digits(text, 6)


def is_cpf(text: str) -> bool:
    """Tell whether a text is a Brazilian CPF: eleven digits of which the last two prove it.

    Eleven equal digits add up and are given to nobody.
    """
    if not _digits(text, 11) or len(set(text)) == 1:
        return False
    return _proved(text, _CPF_WEIGHTS)


def is_cnpj(text: str) -> bool:
    """Tell whether a text is a Brazilian CNPJ: twelve digits or capitals, and two check digits.

    Letters are given out since July 2026 and count as their code less 48, as digits do.
    """
    if not _CNPJ.fullmatch(text) or len(set(text)) == 1:
        return False
    return _proved(text, _CNPJ_WEIGHTS)


def _proved(text: str, weights: tuple[tuple[int, ...], ...]) -> bool:
    for row in weights:
        total = sum(
            weight * (ord(sign) - 48) for weight, sign in zip(row, text[: len(row)], strict=True)
        )
        rest = total % 11
        if int(text[len(row)]) != (0 if rest < 2 else 11 - rest):
            return False
    return True


def is_ispb(text: str) -> bool:
    """Tell whether a text is a Brazilian participant's ISPB: the first eight of its CNPJ."""
    return _ISPB.fullmatch(text) is not None


def is_ifsc(text: str) -> bool:
    """Tell whether a text is an Indian branch's IFSC: four letters, a zero, six characters."""
    return _IFSC.fullmatch(text) is not None


def is_vpa(text: str) -> bool:
    """Tell whether a text is a virtual payment address of UPI, such as name@bank."""
    return _VPA.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Tell whether a text is a telephone number as E.164 writes it, with its plus sign."""
    return _E164.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Tell whether a text is an e-mail address in lower case, with a domain of its own."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def is_random_key(text: str) -> bool:
    """Tell whether a text is a UUID in lower case, as Pix gives out for random keys."""
    return _UUID4.fullmatch(text) is not None
