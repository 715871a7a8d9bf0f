"""The control API: what tests turn, ask and compare with."""
