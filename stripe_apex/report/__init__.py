"""Reports on the marts: an HTML page, a short table or JSON.

`read` turns the warehouse into facts; `page`, `text` and `as_json` render them with `formats`. This
package needs the extra `report`.
"""

__all__ = ["as_json", "facts", "formats", "page", "read", "text"]
