"""Requests to Stripe: a session and a rate limit for all threads, and errors."""
