"""The command line, a file a topic. Commands ask the warehouse and print; they decide nothing."""
