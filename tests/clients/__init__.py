"""Outside clients that the sandbox is tried with, each in an environment of its own."""
