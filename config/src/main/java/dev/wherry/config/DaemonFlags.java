package dev.wherry.config;

import dev.wherry.config.Directive.Kind;
import dev.wherry.config.Directive.Support;
import dev.wherry.config.FlagReader.Flag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The daemon's command line, in dockerd's flags.
 *
 * @param settings the directives given as flags
 * @param configFile the file named with {@code --config-file}
 * @param action what is asked for besides starting
 */
record DaemonFlags(Settings settings, Optional<Path> configFile, Action action) {

  /** Where daemon.json is looked for when none is named. */
  static final Path DEFAULT_CONFIG_FILE = Path.of("/etc/wherry/daemon.json");

  /** The one directive whose flags are its entries; those of others are texts. */
  private static final String RUNTIMES = "runtimes";

  /** What a command line asks for. */
  enum Action {
    /** Start the daemon. */
    SERVE,
    /** Check the settings and say so. */
    VALIDATE,
    /** Print the version. */
    VERSION,
    /** Print the flags. */
    HELP
  }

  private static final String NAME = "wherry daemon";
  private static final String CONFIG_FILE = "--config-file";

  /**
   * Reads a command line.
   *
   * @param args the arguments
   * @return what they say
   * @throws ConfigException for a flag dockerd does not know, one without its value, or one whose
   *     value is of the wrong type
   */
  static DaemonFlags parse(String... args) throws ConfigException {
    Map<String, List<String>> given = FlagReader.read(flags(), NAME, args);
    var values = new LinkedHashMap<String, Object>();
    for (Directive directive : Directives.all().values()) {
      List<String> texts = given.get(directive.key());
      if (texts != null) {
        values.put(directive.key(), value(directive, texts));
      }
    }
    return new DaemonFlags(
        new Settings(values),
        Optional.ofNullable(given.get(CONFIG_FILE)).map(texts -> Path.of(texts.getLast())),
        action(given));
  }

  /** Every spelling of every flag. */
  private static Map<String, Flag> flags() {
    var flags = new HashMap<String, Flag>();
    for (Directive directive : Directives.all().values()) {
      var flag = new Flag(directive.key(), directive.kind() == Kind.BOOL);
      directive.flags().forEach(spelling -> flags.put(spelling, flag));
    }
    flags.put(CONFIG_FILE, new Flag(CONFIG_FILE, false));
    flags.put("--validate", new Flag("--validate", true));
    flags.put("--version", new Flag("--version", true));
    flags.put("-v", new Flag("--version", true));
    flags.put("--help", new Flag("--help", true));
    return flags;
  }

  /**
   * The text of {@code --help}.
   *
   * @return the flags that do something, one a line
   */
  static String help() {
    var rows = new ArrayList<Row>();
    for (Directive directive : Directives.all().values()) {
      if (directive.support() instanceof Support.Honoured && !directive.flags().isEmpty()) {
        rows.add(row(directive.flags(), directive.kind(), directive.help()));
      }
    }
    rows.add(
        row(
            List.of(CONFIG_FILE),
            Kind.STRING,
            "Settings in daemon.json's keys (default " + DEFAULT_CONFIG_FILE + ")"));
    rows.add(row(List.of("--validate"), Kind.BOOL, "Check the settings and exit"));
    rows.add(row(List.of("--version", "-v"), Kind.BOOL, "Print the version and exit"));
    rows.add(row(List.of("--help"), Kind.BOOL, "Print this and exit"));
    rows.sort(Comparator.comparing(Row::order));
    int width = rows.stream().mapToInt(row -> row.left().length()).max().orElse(0);
    var text = new StringBuilder("Usage: " + NAME + " [OPTIONS]\n\n");
    text.append("Serves the Docker API. Flags are named as dockerd's.\n\nOptions:\n");
    for (Row row : rows) {
      text.append(row.left()).append(" ".repeat(width + 3 - row.left().length()));
      text.append(row.help()).append('\n');
    }
    return text.toString();
  }

  /** A line of the help. */
  private record Row(String order, String left, String help) {}

  private static Row row(List<String> spellings, Kind kind, String help) {
    String name = spellings.getFirst();
    String start = spellings.size() > 1 ? "  " + spellings.get(1) + ", " : "      ";
    String label = kind == Kind.BOOL ? "" : " " + kind.label();
    return new Row(name, start + name + label, help);
  }

  private static Action action(Map<String, List<String>> given) {
    if (isSet(given, "--help")) {
      return Action.HELP;
    }
    if (isSet(given, "--version")) {
      return Action.VERSION;
    }
    return isSet(given, "--validate") ? Action.VALIDATE : Action.SERVE;
  }

  private static boolean isSet(Map<String, List<String>> given, String name) {
    return given.getOrDefault(name, List.of("false")).getLast().equals("true");
  }

  private static Object value(Directive directive, List<String> texts) throws ConfigException {
    String flag = directive.flags().getFirst();
    return switch (directive.kind()) {
      case BOOL -> Boolean.valueOf(texts.getLast());
      case STRING, BYTES -> texts.getLast();
      case LIST -> texts;
      case INT -> number(flag, texts.getLast());
      case MAP -> entries(flag, texts);
      case OBJECT -> directive.key().equals(RUNTIMES) ? entries(flag, texts) : texts;
    };
  }

  private static Long number(String flag, String text) throws ConfigException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ConfigException("invalid argument \"" + text + "\" for \"" + flag + "\" flag", e);
    }
  }

  private static Map<String, Object> entries(String flag, List<String> given)
      throws ConfigException {
    var entries = new LinkedHashMap<String, Object>();
    for (String text : given) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new ConfigException(
            "invalid argument \"" + text + "\" for \"" + flag + "\" flag: name=value expected");
      }
      entries.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return entries;
  }
}
