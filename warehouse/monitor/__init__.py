"""What Prometheus asks for: the warehouse's book as it stands, the questions of a dashboard, and where both are told."""
