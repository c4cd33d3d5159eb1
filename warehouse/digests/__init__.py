"""What is sent to people: pages by their cadence, and alerts. Each in the recipient's name, from the grants of that moment."""
