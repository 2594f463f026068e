package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Keys with certificates that they have signed themselves. */
final class Identities {
  static final String PASSWORD = "password";

  private Identities() {}

  /**
   * Makes one, in a PKCS 12 file as {@code own}.
   *
   * @param alternative what else its certificate is of, such as {@code ip:127.0.0.1}
   */
  static Path make(Path directory, String name, String alternative)
      throws IOException, InterruptedException {
    Path store = directory.resolve(name + ".p12");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keystore",
                    store.toString(),
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-alias",
                    "own",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "SAN=" + alternative))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();
    return store;
  }
}
