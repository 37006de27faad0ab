"""Usage: how much each caller read and pushed, by day and by provider."""

from wiredesk_core.usage.amounts import Amount, Tally, Usage, Way
from wiredesk_core.usage.book import KEPT, used_on
from wiredesk_core.usage.ledger import Ledger

__all__ = ["KEPT", "Amount", "Ledger", "Tally", "Usage", "Way", "used_on"]
