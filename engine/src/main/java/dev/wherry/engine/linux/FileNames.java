package dev.wherry.engine.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * File names between Java and the kernel. A Linux file name is any bytes but NUL and slash; we hold
 * it as a string of UTF-8, where a byte that is no part of valid UTF-8 becomes the lone surrogate
 * {@code U+DC00 + byte}. So every name survives the way there and back, whatever the locale.
 */
public final class FileNames {
  private static final int ESCAPE = 0xDC00;

  private FileNames() {}

  /** The kernel's bytes for a name. */
  public static byte[] encode(String name) {
    return hasEscape(name) ? encodeEscaped(name) : name.getBytes(StandardCharsets.UTF_8);
  }

  /** The name for the kernel's bytes. */
  public static String decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  /** The name for a part of the kernel's bytes. */
  public static String decode(byte[] bytes, int offset, int length) {
    String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : decodeEscaped(bytes, offset, length);
  }

  private static boolean hasEscape(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (isEscape(name, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEscape(String name, int i) {
    char c = name.charAt(i);
    return c >= ESCAPE + 0x80
        && c <= ESCAPE + 0xFF
        && (i == 0 || !Character.isHighSurrogate(name.charAt(i - 1)));
  }

  private static byte[] encodeEscaped(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(name.length() + 16);
    int start = 0;
    for (int i = 0; i < name.length(); i++) {
      if (isEscape(name, i)) {
        out.writeBytes(name.substring(start, i).getBytes(StandardCharsets.UTF_8));
        out.write(name.charAt(i) - ESCAPE);
        start = i + 1;
      }
    }
    out.writeBytes(name.substring(start).getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private static String decodeEscaped(byte[] bytes, int offset, int length) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
    CharBuffer out = CharBuffer.allocate(length);
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isError()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xFF)));
      }
      decoder.reset();
    }
  }
}
