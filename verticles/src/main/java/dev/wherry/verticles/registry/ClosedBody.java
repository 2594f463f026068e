package dev.wherry.verticles.registry;

import java.io.IOException;

/** Nobody wants more of a request's body: the answer has come, or never will. */
final class ClosedBody extends IOException {
  private static final long serialVersionUID = 1L;

  ClosedBody() {
    super("the request is over");
  }
}
