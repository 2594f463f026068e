package dev.wherry.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * The version of this build, written into the jar by Maven.
 *
 * @param number the project's version, for example {@code 0.1.0}
 */
public record WherryVersion(String number) {
  private static final WherryVersion CURRENT = read();

  /**
   * The version of the running daemon.
   *
   * @return the one instance read at class initialisation
   */
  public static WherryVersion current() {
    return CURRENT;
  }

  private static WherryVersion read() {
    var properties = new Properties();
    try (InputStream in = WherryVersion.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IllegalStateException("version.properties is missing from the config jar");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("version.properties cannot be read", e);
    }
    return new WherryVersion(properties.getProperty("version"));
  }
}
