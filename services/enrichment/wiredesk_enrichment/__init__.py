"""Wiredesk's enrichment service."""
