"""Run a hackathon on Amazon SageMaker Studio."""
