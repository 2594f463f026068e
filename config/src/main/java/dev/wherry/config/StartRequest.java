package dev.wherry.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What a daemon command line comes to: serve with these settings, or print something and leave. */
public sealed interface StartRequest {

  /**
   * Start the daemon.
   *
   * @param config its settings
   */
  record Serve(DaemonConfig config) implements StartRequest {}

  /**
   * Print a text on the standard output and leave with code 0: {@code --help}, {@code --version} or
   * {@code --validate}.
   *
   * @param text the text, without a final newline
   */
  record Print(String text) implements StartRequest {}

  /**
   * Reads a command line and the configuration file it names. The default file, {@code
   * /etc/wherry/daemon.json}, may be missing; a named one may not.
   *
   * @param args the daemon's arguments, flags named as dockerd's
   * @return what to do
   * @throws ConfigException when a flag, the file or a value is wrong, unknown or not supported
   */
  static StartRequest of(String... args) throws ConfigException {
    return of(System.getenv(), args);
  }

  /**
   * The same in an environment of one's own.
   *
   * @param environment variables by their names: {@code HTTP_PROXY} and its like
   */
  static StartRequest of(Map<String, String> environment, String... args) throws ConfigException {
    DaemonFlags flags = DaemonFlags.parse(args);
    return switch (flags.action()) {
      case HELP -> new Print(DaemonFlags.help().stripTrailing());
      case VERSION -> new Print("Wherry version " + WherryVersion.current().number());
      case VALIDATE -> {
        config(flags, environment);
        yield new Print("configuration OK");
      }
      case SERVE -> new Serve(config(flags, environment));
    };
  }

  private static DaemonConfig config(DaemonFlags flags, Map<String, String> environment)
      throws ConfigException {
    Path file = flags.configFile().orElse(DaemonFlags.DEFAULT_CONFIG_FILE);
    Settings settings = flags.settings();
    if (flags.configFile().isPresent() || Files.exists(file)) {
      try {
        settings = Settings.join(settings, DaemonFile.read(file));
      } catch (ConfigException e) {
        throw new ConfigException(
            "unable to configure the Wherry daemon with file " + file + ": " + e.getMessage(), e);
      }
    }
    settings.requireSupported();
    return ConfigBuilder.build(settings, environment);
  }
}
