"""SageMaker Studio as a moto backend."""
