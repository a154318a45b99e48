"""The other side of every rail: simulated banks and people, sharing no code with the platform."""
