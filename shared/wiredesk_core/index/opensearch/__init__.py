"""The Index on OpenSearch, for any number of writing and reading processes."""

from wiredesk_core.index.opensearch.cluster import Cluster
from wiredesk_core.index.opensearch.store import OpenSearchIndex, OpenSearchReader

__all__ = ["Cluster", "OpenSearchIndex", "OpenSearchReader"]
