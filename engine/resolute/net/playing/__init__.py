"""What each kind of node does when a token reaches it: one function a kind, found through the tables."""
