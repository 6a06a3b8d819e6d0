"""What the speed claims stand on: `make bench`, or `python -m benchmarks [--calls N]`. See README.md."""
