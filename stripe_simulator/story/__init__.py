"""The demo's story: how people came, what they cost and what they paid."""
