"""The database: the embedded server, connections, named queries and migrations.

The only package that knows the driver.
"""
