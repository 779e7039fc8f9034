"""What the marts say, for people: a page, a short table or JSON.

`read` makes facts of the warehouse; `page`, `text` and `as_json` render them with `formats`. Needs
the extra `report`.
"""

__all__ = ["as_json", "facts", "formats", "page", "read", "text"]
