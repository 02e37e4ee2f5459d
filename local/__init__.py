"""The whole system on one machine: an embedded AWS, a deployer, a conformance check. Nothing imports it."""
