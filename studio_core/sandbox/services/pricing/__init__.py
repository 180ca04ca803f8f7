"""AWS Price List as a moto backend, which moto itself lacks."""
