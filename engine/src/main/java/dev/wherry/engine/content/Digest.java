package dev.wherry.engine.content;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.Libcrypto;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Identity of some content (OCI image-spec, descriptor.md, "Digests"). Only SHA-256 is made here;
 * others are read and shown.
 *
 * @param algorithm for example {@code sha256}
 * @param hex lower-case hexadecimal
 */
public record Digest(String algorithm, String hex) {
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final String SHA256_NAME = "sha256";

  /**
   * Reads {@code algorithm:hex}.
   *
   * @throws EngineException.InvalidParameter if it has another form
   */
  public static Digest parse(String text) {
    if (!isDigest(text)) {
      throw new EngineException.InvalidParameter("invalid checksum digest format: " + text);
    }
    int colon = text.indexOf(':');
    return new Digest(text.substring(0, colon), text.substring(colon + 1));
  }

  /** Whether the text can be parsed. */
  public static boolean isDigest(String text) {
    return FORM.matcher(text).matches()
        && (!text.startsWith(SHA256_NAME + ":")
            || SHA256.matcher(text.substring(SHA256_NAME.length() + 1)).matches());
  }

  /** The SHA-256 of these bytes. */
  public static Digest sha256(byte[] content) {
    MessageDigest digest = newSha256();
    digest.update(content);
    return sha256(digest);
  }

  /** The SHA-256 of all that {@code digest} has been given. */
  public static Digest sha256(MessageDigest digest) {
    return new Digest(SHA256_NAME, HexFormat.of().formatHex(digest.digest()));
  }

  /** A fresh SHA-256 to be fed. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** As {@link #newSha256}, for much: faster, but takes some milliseconds the first time. */
  public static MessageDigest newStreamSha256() {
    return Libcrypto.sha256().orElseGet(Digest::newSha256);
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
