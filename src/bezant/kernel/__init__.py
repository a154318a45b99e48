"""The ground everything stands on: money, ids, time, chance, errors, settings, encoding, logs.

Nothing here imports from the rest of the project, and importing the package itself loads nothing.
"""
