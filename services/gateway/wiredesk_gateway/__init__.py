"""Wiredesk's gateway service."""
