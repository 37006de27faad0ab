"""The wiredesk command and the one-machine edition."""
