"""What the code offers is documented: settings, commands, rails, resources, event types, entries.

The pages are made from the code by `make docs`; here they are made again and compared.
"""

from importlib import import_module
from pkgutil import walk_packages

from bezant import resources
from bezant.api.routes import Routes
from bezant.kernel.config import Config, describe
from bezant.resources.webhooks.event_types import KNOWN, THIN
from bezant.server.wiring import ROUTES
from tests.code.source import ROOT
from tools import reference
from tools.docs import pages


def test_pages_made_from_the_code_are_up_to_date():
    stale = [path.name for path, text in pages().items() if path.read_text() != text]
    assert not stale, f"run `make docs`: {stale}"


def test_the_reference_names_everything():
    text = (ROOT / "docs/reference.md").read_text()
    names = [setting.variable for setting in describe(Config())]
    names += [rail.name for rail in reference.capabilities()]
    names += [routes.path for routes in reference.declared_routes()]
    names += ["bezant serve", "bezant demo", "bezant verify", "bezant ledger explain"]
    names += ["payout.failed", "payout.paid", "topup.succeeded", "transfer.created"]
    assert [name for name in names if name not in text] == []


def test_every_resource_that_declares_routes_is_served():
    folder = resources.__path__
    modules = [import_module(it.name) for it in walk_packages(folder, "bezant.resources.")]
    declared = [(module.__name__, value) for module in modules for value in vars(module).values()
                if isinstance(value, Routes)]  # fmt: skip
    assert declared
    assert [name for name, routes in declared if routes not in ROUTES] == []


def test_every_event_type_that_is_logged_can_be_asked_for():
    logged = reference.logged()
    assert logged
    assert {name: where for name, where in logged.items() if name not in KNOWN | THIN} == {}


def test_the_readme_names_settings_that_exist():
    text = (ROOT / "README.md").read_text()
    known = {setting.variable for setting in describe(Config())}
    assert {word for word in text.replace("`", " ").split() if word.startswith("BEZANT_")}
    for word in text.replace("`", " ").replace("=", " ").replace(",", " ").split():
        if word.startswith("BEZANT_") and word != "BEZANT_*":
            assert word in known, word
