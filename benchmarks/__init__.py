"""Side-by-side timings of the real thing; see README.md beside this file."""
