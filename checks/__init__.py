"""The gate: what a delivery, and the figures made of it, must be like before anybody sees them."""
