"""What all tests stand on, and the tests of the set-up itself."""
