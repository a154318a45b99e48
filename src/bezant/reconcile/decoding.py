"""The text of a statement's file, whichever of the two encodings it has."""

BOM = b"\xef\xbb\xbf"


def decoded(data: bytes) -> str:
    """Return the text: UTF-8, or else the characters that its bytes are."""
    data = data.removeprefix(BOM)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Texts of older systems: each byte is a character, and no field of ours needs more.
        return data.decode("latin-1")
