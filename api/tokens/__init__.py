"""Access tokens: who asks, proved by a signature of ours."""
