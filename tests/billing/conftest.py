"""Billing is tried where cards are taken."""

from tests.payments.conftest import mall, office, shared_till, till

__all__ = ["mall", "office", "shared_till", "till"]
