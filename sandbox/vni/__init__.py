"""VNI: the OAuth server before Visma Connect, and what its tokens open."""
