"""The ledger: immutable double-entry books in which every unit of money is explained."""
