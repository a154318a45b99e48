"""The life of a movement: instructed, batched, handed to a bank, and answered by facts."""
