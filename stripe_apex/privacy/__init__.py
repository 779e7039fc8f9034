"""People in the data: found, forgotten, and hidden behind hashes."""
