"""What is asked for, in which order, and what the state remembers of it."""
