"""One file a rule, named as the rule; nothing to register."""
