"""Charges (cob): a request to pay behind a dynamic QR code, and how it ends."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

ChargeState = Literal["ATIVA", "CONCLUIDA", "REMOVIDA_PELO_USUARIO_RECEBEDOR", "REMOVIDA_PELO_PSP"]

NEXT: Mapping[ChargeState, frozenset[ChargeState]] = MappingProxyType(
    {
        "ATIVA": frozenset[ChargeState](
            ("CONCLUIDA", "REMOVIDA_PELO_USUARIO_RECEBEDOR", "REMOVIDA_PELO_PSP")
        ),
        "CONCLUIDA": frozenset[ChargeState](),
        "REMOVIDA_PELO_USUARIO_RECEBEDOR": frozenset[ChargeState](),
        "REMOVIDA_PELO_PSP": frozenset[ChargeState](),
    }
)
"""A charge is paid once or taken away; an expired one stays active and is not paid any more."""

ReturnState = Literal["EM_PROCESSAMENTO", "DEVOLVIDO", "NAO_REALIZADO"]
"""A return as the receiver's API tells it."""


def return_state(status: str) -> ReturnState:
    """Return a return's state from the status of its message."""
    if status in {"ACSC", "ACCC"}:
        return "DEVOLVIDO"
    return "NAO_REALIZADO" if status == "RJCT" else "EM_PROCESSAMENTO"
