"""The other side of cards: an acquirer, its network and all issuers, on the platform's clock."""
