"""Wiredesk's indexing service."""
