package dev.wherry.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The system calls a container may make when its creator does not say.
 *
 * <p>An allow-list in the JSON of Docker's {@code --security-opt seccomp=FILE}: rules with the
 * capabilities, architectures and kernel versions they depend on, which the engine resolves for
 * each container. The policy is the one Docker documents under "Seccomp security profiles", written
 * from the kernel's system call tables. {@code AF_ALG} and {@code AF_VSOCK} sockets are closed for
 * {@code socket(2)}; {@code socketcall(2)} of 32-bit programs stays open as in dockerd, since a
 * filter cannot look behind its pointer.
 */
public final class SeccompProfile {
  private SeccompProfile() {}

  /**
   * The default profile.
   *
   * @return its JSON text
   */
  public static String defaultJson() {
    try (InputStream in = SeccompProfile.class.getResourceAsStream("seccomp.json")) {
      if (in == null) {
        throw new IllegalStateException("seccomp.json is missing from the config jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("seccomp.json cannot be read", e);
    }
  }
}
