"""Published suites run through the library's public interface."""
