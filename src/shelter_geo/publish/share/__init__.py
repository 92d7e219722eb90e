"""Pictures to share: the finding as a map and a figure, for posts, messages, slides and walls."""
