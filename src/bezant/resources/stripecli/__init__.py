"""The official command line's own part of the API: sessions, and the sockets that feed them."""
