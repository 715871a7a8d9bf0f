"""What a log-in and a Visma user have to do with each other."""
