"""Where a batch runs: processes of this machine, or a cluster."""
