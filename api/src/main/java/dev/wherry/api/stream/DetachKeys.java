package dev.wherry.api.stream;

import dev.wherry.engine.error.EngineException;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the key sequence that leaves a terminal in what is typed. Keys that begin the sequence are
 * held back until it is clear whether it goes on.
 */
public final class DetachKeys {
  /** {@code ctrl-p ctrl-q}. */
  private static final byte[] DEFAULT = {16, 17};

  private static final String CONTROL = "@abcdefghijklmnopqrstuvwxyz[\\]^_";

  private final byte[] keys;
  private int matched;

  private DetachKeys(byte[] keys) {
    this.keys = keys;
  }

  /**
   * Reads a sequence such as {@code ctrl-p,ctrl-q} or {@code a,b}.
   *
   * @param text empty or {@code null} for the default
   * @throws EngineException.InvalidParameter in dockerd's words for an unknown key
   */
  static DetachKeys parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return new DetachKeys(DEFAULT);
    }
    return new DetachKeys(bytes(text));
  }

  /**
   * What is typed for a sequence.
   *
   * @param text empty or {@code null} for nothing
   * @throws EngineException.InvalidParameter in dockerd's words for an unknown key
   */
  public static byte[] bytes(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return new byte[0];
    }
    String[] names = text.split(",", -1);
    var keys = new byte[names.length];
    for (int i = 0; i < names.length; i++) {
      keys[i] = key(names[i], text);
    }
    return keys;
  }

  private static byte key(String name, String whole) {
    if (name.length() == 1 && name.charAt(0) < 128) {
      return (byte) name.charAt(0);
    }
    if (name.length() == 6 && name.startsWith("ctrl-")) {
      int code = CONTROL.indexOf(Character.toLowerCase(name.charAt(5)));
      if (code >= 0) {
        return (byte) code;
      }
    }
    throw new EngineException.InvalidParameter("Invalid detach keys (" + whole + ") provided");
  }

  /** What may be passed on, and whether the sequence was completed. */
  record Typed(Buffer passed, boolean detach) {}

  /** Looks through the next piece of input; nothing after a completed sequence is passed on. */
  Typed accept(Buffer input) {
    if (matched == 0 && indexOfFirstKey(input) < 0) {
      return new Typed(input, false);
    }
    Buffer passed = Buffer.buffer(input.length() + matched);
    for (int i = 0; i < input.length(); i++) {
      byte typed = input.getByte(i);
      if (typed != keys[matched] && matched > 0) {
        // Not the sequence: what was held back was meant for the process.
        passed.appendBytes(keys, 0, matched);
        matched = 0;
      }
      if (typed != keys[matched]) {
        passed.appendByte(typed);
      } else if (++matched == keys.length) {
        return new Typed(passed, true);
      }
    }
    return new Typed(passed, false);
  }

  private int indexOfFirstKey(Buffer input) {
    for (int i = 0; i < input.length(); i++) {
      if (input.getByte(i) == keys[0]) {
        return i;
      }
    }
    return -1;
  }
}
