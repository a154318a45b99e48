"""The way to each bank, as its profile describes it."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bezant.banks.https import Https
from bezant.banks.paced import Paced
from bezant.banks.settings import SETTINGS, FolderSettings, SftpSettings
from bezant.banks.sftp import Sftp
from bezant.kernel.clock import Clock
from bezant.kernel.errors import ConfigError
from bezant.movement.profile import BankProfile
from bezant.movement.transport import Folder, Transport, root_of


def opened(
    bank: BankProfile, data: Path, clock: Clock, environ: Mapping[str, str] = os.environ
) -> Transport:
    """Return a bank's transport; `data` is the data folder. Raises ConfigError, naming the bank."""
    plan = bank.transport
    try:
        settings = msgspec.convert(dict(plan.options), SETTINGS[plan.kind], strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"The transport of the bank {bank.name}: {error}") from error
    match settings:
        case FolderSettings():
            return Folder(root_of(bank, data))
        case SftpSettings():
            return Paced(Sftp(settings, environ), clock, settings.poll_seconds)
        case _:
            return Paced(Https(settings, clock, environ), clock, settings.poll_seconds)
