"""The segment matrices as people read them."""

METRICS: tuple[str, ...] = ()
