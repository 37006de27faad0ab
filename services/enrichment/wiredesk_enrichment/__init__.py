"""Wiredesk's enrichment service."""

import os

# A process is one core: numpy's BLAS, which reads this when it is loaded, would start a thread for every core there is.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
