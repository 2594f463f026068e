package dev.wherry.api.http;

/** What a route does with an exchange; it may throw, and must not block. */
@FunctionalInterface
public interface Endpoint {
  void handle(Exchange exchange);
}
