"""The store: documents, events, idempotency, deliveries, jobs, keys and files; reads only.

Whatever changes together with money is written by the door.
"""
