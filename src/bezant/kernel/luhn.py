"""Luhn: the last digit of a number proves the others (ISO/IEC 7812-1), as on cards."""


def passes_luhn(text: str) -> bool:
    """Tell whether the last digit of a number proves the others."""
    if not (len(text) > 1 and text.isascii() and text.isdecimal()):
        return False
    doubled = (int(sign) * (1 + at % 2) for at, sign in enumerate(reversed(text)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
