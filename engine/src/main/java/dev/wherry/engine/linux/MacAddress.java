package dev.wherry.engine.linux;

import java.util.HexFormat;

/**
 * A link-layer address of six bytes.
 *
 * @param value the address in the low 48 bits
 */
public record MacAddress(long value) {
  private static final HexFormat HEX = HexFormat.ofDelimiter(":");
  private static final HexFormat DASHED = HexFormat.ofDelimiter("-");
  private static final int LENGTH = 6;

  public MacAddress {
    if (value >>> 48 != 0) {
      throw new IllegalArgumentException("more than 48 bits: " + Long.toHexString(value));
    }
  }

  /**
   * Reads {@code 02:42:ac:11:00:02}, {@code 02-42-ac-11-00-02} or {@code 0242.ac11.0002}.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static MacAddress parse(String text) {
    if (text.length() == 14 && text.charAt(4) == '.' && text.charAt(9) == '.') {
      return of(HexFormat.of().parseHex(text.replace(".", "")));
    }
    return of(text.indexOf('-') == 2 ? DASHED.parseHex(text) : HEX.parseHex(text));
  }

  static MacAddress of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("not a MAC address: " + HEX.formatHex(bytes));
    }
    long value = 0;
    for (byte b : bytes) {
      value = (value << 8) | (b & 0xFF);
    }
    return new MacAddress(value);
  }

  byte[] bytes() {
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = (byte) (value >> (8 * (LENGTH - 1 - i)));
    }
    return bytes;
  }

  @Override
  public String toString() {
    return HEX.formatHex(bytes());
  }
}
