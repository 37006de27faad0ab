"""Wiredesk's ingest service."""
