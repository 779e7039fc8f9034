"""The demo's story: who came, what they cost and what they paid."""
