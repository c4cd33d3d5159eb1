"""The gates: suites of rules, and the verdict that lets a refresh pass or holds it."""
