"""How fast orders get out, and at what cost, told as ratios taken in one round."""
