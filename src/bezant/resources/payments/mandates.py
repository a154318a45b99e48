"""Mandates, which are made by setting payment methods up and by paying."""

from bezant.api.routes import Routes
from bezant.resources.core.mandate import Mandate

routes = Routes(Mandate, "/v1/mandates", listed=False)
