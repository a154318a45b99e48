"""What clients are told without asking: events, and the endpoints that they are sent to."""
