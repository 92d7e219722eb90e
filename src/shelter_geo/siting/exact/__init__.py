"""The engines that solve siting models; nobody outside `siting` imports them."""
