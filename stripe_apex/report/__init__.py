"""What the models found, for people."""
