"""What files are for: which types each purpose takes, how large they may be, how long they stay.

The limits are Stripe's, of its file upload guide as of November 2026, except that no file here has
more than MOST_BYTES.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

_KIB, _MIB = 1 << 10, 1 << 20
_DAY = 86_400
MOST_BYTES = 16 * _MIB

Uploaded = Literal[
    "account_requirement",
    "additional_verification",
    "business_icon",
    "business_logo",
    "customer_signature",
    "dispute_evidence",
    "identity_document",
    "issuing_regulatory_reporting",
    "pci_document",
    "platform_terms_of_service",
    "tax_document_user_upload",
    "terminal_android_apk",
    "terminal_reader_splashscreen",
    "terminal_wifi_certificate",
    "terminal_wifi_private_key",
]
"""What a client may upload a file for."""

Made = Literal[
    "document_provider_identity_document",
    "finance_report_run",
    "financial_account_statement",
    "identity_document_downloadable",
    "selfie",
    "sigma_scheduled_query",
]
"""What files are made for that nobody uploads."""

AnyPurpose = Literal[Uploaded, Made]
"""What a file may be for."""


class Purpose(NamedTuple):
    """The rule of a purpose: types, bytes, how many seconds a file stays, and who may have it.

    What is `private` cannot be had back, nor linked to.
    """

    types: Sequence[str]
    most_bytes: int = MOST_BYTES
    stays_seconds: int | None = None
    private: bool = False


_PAPER = ("pdf", "jpg", "png")
PURPOSES: Mapping[str, Purpose] = {
    "account_requirement": Purpose(_PAPER, private=True),
    "additional_verification": Purpose(_PAPER, private=True),
    "business_icon": Purpose(("jpg", "png", "gif"), 512 * _KIB),
    "business_logo": Purpose(("jpg", "png", "gif"), 512 * _KIB),
    "customer_signature": Purpose(("jpg", "png", "svg"), 4 * _MIB, 7 * _DAY),
    "dispute_evidence": Purpose(_PAPER, 5 * _MIB, 270 * _DAY),
    "finance_report_run": Purpose(("csv",), 1 << 40, 365 * _DAY),
    "identity_document": Purpose(_PAPER, private=True),
    "issuing_regulatory_reporting": Purpose(("json",), 256 * _KIB, 730 * _DAY),
    "pci_document": Purpose(("pdf",)),
    "platform_terms_of_service": Purpose(("pdf", "txt"), private=True),
    "tax_document_user_upload": Purpose((*_PAPER, "csv", "xlsx", "docx")),
    "terminal_android_apk": Purpose(("apk",)),
    "terminal_reader_splashscreen": Purpose(("jpg", "png", "gif"), 2 * _MIB),
    "terminal_wifi_certificate": Purpose(("pem",), private=True),
    "terminal_wifi_private_key": Purpose(("pem",), private=True),
}

MEDIA_TYPES: Mapping[str, str] = {
    "apk": "application/vnd.android.package-archive",
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "json": "application/json",
    "pdf": "application/pdf",
    "pem": "application/x-pem-file",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def type_of(data: bytes, types: Sequence[str]) -> str | None:
    """Return which of some types the bytes are of, by what they begin with; None of none."""
    return next((name for name in types if _LOOKS[name](data)), None)


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


def _is_archive_with(member: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(b"PK\x03\x04") and member in data


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _is_svg(data: bytes) -> bool:
    head = data[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and b"<svg" in head and _is_text(data)


_LOOKS: Mapping[str, Callable[[bytes], bool]] = {
    "apk": _is_archive_with(b"AndroidManifest.xml"),
    "csv": _is_text,
    "docx": _is_archive_with(b"word/"),
    "gif": _begins(b"GIF87a", b"GIF89a"),
    "jpg": _begins(b"\xff\xd8\xff"),
    "json": _is_json,
    "pdf": _begins(b"%PDF-"),
    "pem": _begins(b"-----BEGIN "),
    "png": _begins(b"\x89PNG\r\n\x1a\n"),
    "svg": _is_svg,
    "txt": _is_text,
    "xlsx": _is_archive_with(b"xl/"),
}
