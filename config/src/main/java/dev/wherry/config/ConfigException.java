package dev.wherry.config;

/**
 * The daemon's settings are wrong. The message names the flag, directive or file at fault and is
 * fit to be shown to the user as it is.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * An error with nothing beneath it.
   *
   * @param message what is wrong, naming the setting
   */
  public ConfigException(String message) {
    super(message);
  }

  /**
   * An error met while reading.
   *
   * @param message what is wrong, naming the file
   * @param cause what the reader met
   */
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
