"""The demo world: invented names, ids that follow from the seed, fixed secrets."""
