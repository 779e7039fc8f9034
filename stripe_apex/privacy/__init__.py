"""Personal data: finds people, forgets them, and hashes their addresses."""
