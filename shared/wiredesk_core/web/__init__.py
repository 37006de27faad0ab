"""What every HTTP face of Wiredesk has in common: problems, request ids, health, queries, serving."""
