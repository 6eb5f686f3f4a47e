"""What was learned: n-gram features, linear weights, and the file they live in."""
