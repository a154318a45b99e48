"""SEPA: euro transfers, instant transfers and direct debits, in ISO 20022 messages."""

from bezant.rails.sepa.rail import (
    SEPA_CREDIT,
    SEPA_DEBIT_B2B,
    SEPA_DEBIT_CORE,
    SEPA_INSTANT,
)

__all__ = ["SEPA_CREDIT", "SEPA_DEBIT_B2B", "SEPA_DEBIT_CORE", "SEPA_INSTANT"]
