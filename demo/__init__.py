"""`./run demo`: every service on loopback, and one customer's way through them."""
