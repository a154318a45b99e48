"""The API's resources: one file each, with its object, parameters, routes and operations."""
