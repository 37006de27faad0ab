"""The embedded index: Tantivy in a folder."""

from wiredesk_core.index.tantivy.store import TantivyIndex, TantivyReader

__all__ = ["TantivyIndex", "TantivyReader"]
