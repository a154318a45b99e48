"""What runs beside the embedded PostgreSQL: a process of its own, of the standard library alone."""
