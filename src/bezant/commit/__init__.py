"""The one door: every change of the platform is collected, decided and written here."""
