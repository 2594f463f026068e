package dev.wherry.engine.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Private keys in PEM: of PKCS #8 (RFC 5958), which the JDK reads, and those of one kind of key
 * alone, RSA's of PKCS #1 (RFC 8017, A.1.2) and those of elliptic curves (RFC 5915), which are what
 * PKCS #8 puts into its envelope.
 */
final class PemKey {
  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----(.+?)-----END \\1-----", Pattern.DOTALL);

  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;

  /** ECPrivateKey's parameters: the curve. */
  private static final int CURVE = 0xA0;

  private static final byte[] VERSION = element(INTEGER, new byte[] {0});

  /** rsaEncryption (RFC 8017, A.1) without parameters, as an AlgorithmIdentifier. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** id-ecPublicKey, RFC 5480, section 2.1.1. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private PemKey() {}

  /**
   * The first key of a text.
   *
   * @throws IOException if there is none, or it is encrypted
   */
  static PrivateKey read(String pem) throws IOException, GeneralSecurityException {
    Matcher matcher = KEY.matcher(pem);
    if (!matcher.find()) {
      throw new IOException("no unencrypted private key");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(matcher.group(2));
    } catch (IllegalArgumentException e) {
      throw new IOException("a private key that is not base64", e);
    }
    return switch (matcher.group(1)) {
      case "RSA PRIVATE KEY" -> generate(List.of("RSA"), envelope(RSA, der));
      case "EC PRIVATE KEY" ->
          generate(List.of("EC"), envelope(element(SEQUENCE, EC, curve(der)), der));
      default -> generate(List.of("RSA", "EC", "EdDSA"), der);
    };
  }

  private static PrivateKey generate(List<String> kinds, byte[] der)
      throws GeneralSecurityException {
    GeneralSecurityException failure = new InvalidKeySpecException("unknown kind of private key");
    for (String kind : kinds) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  private static byte[] envelope(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, VERSION, algorithm, element(OCTET_STRING, key));
  }

  /** The object identifier of the curve, with its tag and length. */
  private static byte[] curve(byte[] key) throws IOException {
    try {
      ByteBuffer members = content(ByteBuffer.wrap(key), SEQUENCE);
      while (members.hasRemaining()) {
        int tag = Byte.toUnsignedInt(members.get(members.position()));
        ByteBuffer content = content(members, tag);
        if (tag == CURVE) {
          byte[] curve = new byte[content.remaining()];
          content.get(curve);
          return curve;
        }
      }
    } catch (RuntimeException e) {
      throw new IOException("a private key that is cut or damaged", e);
    }
    throw new IOException("a private key that does not name its curve");
  }

  /** The content of the element at the buffer's position, which is moved behind it (X.690, 8.1). */
  private static ByteBuffer content(ByteBuffer buffer, int tag) throws IOException {
    if (Byte.toUnsignedInt(buffer.get()) != tag) {
      throw new IOException("a private key of another form");
    }
    int length = Byte.toUnsignedInt(buffer.get());
    if (length > 0x7F) {
      int bytes = length & 0x7F;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = length << 8 | Byte.toUnsignedInt(buffer.get());
      }
    }
    ByteBuffer content = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    return content;
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    if (length > 0x7F) {
      // Two bytes of length are enough for any key.
      element.write(0x82);
      element.write(length >> 8);
    }
    element.write(length);
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
