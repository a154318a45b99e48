"""The composition root: the only place that knows every resource, every rail and every worker."""
