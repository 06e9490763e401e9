"""The pure domain: values, transitions and functions. No I/O, no clock, no concurrency."""
