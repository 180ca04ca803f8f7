"""Child processes, ports and signals of the commands that run servers."""
