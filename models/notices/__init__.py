"""The notices of withdrawal: who must learn that a consent is gone."""
