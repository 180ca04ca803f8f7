"""The only room that talks to AWS: everything above it sees our nouns and our errors."""
