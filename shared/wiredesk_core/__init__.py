"""What Wiredesk's services share: the item, its lifecycle, the messages, the ports and their adapters."""
