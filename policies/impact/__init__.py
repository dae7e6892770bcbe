"""The impact: what another edition would change of what anybody gets, exactly, before anyone approves it."""
