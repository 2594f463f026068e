package dev.wherry.config;

import dev.wherry.config.Directive.Kind;
import dev.wherry.config.Directive.Support;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

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

  /**
   * Reads a command line.
   *
   * @param args the arguments
   * @return what they say
   * @throws ConfigException for a flag dockerd does not know, one without its value, or one whose
   *     value is of the wrong type
   */
  static DaemonFlags parse(String... args) throws ConfigException {
    CommandLine.ParseResult result;
    try {
      result = commandLine().parseArgs(args);
    } catch (CommandLine.UnmatchedArgumentException e) {
      String first = e.getUnmatched().getFirst();
      throw new ConfigException(
          (first.startsWith("-")
                  ? "unknown flag: " + first
                  : "\"" + NAME + "\" accepts no arguments: " + first)
              + "\nSee './wherry daemon --help'.",
          e);
    } catch (CommandLine.ParameterException e) {
      throw new ConfigException(e.getMessage() + "\nSee './wherry daemon --help'.", e);
    }
    var values = new LinkedHashMap<String, Object>();
    for (Directive directive : Directives.all().values()) {
      Object given = matched(result, directive.flags());
      if (given != null) {
        values.put(directive.key(), value(directive, given));
      }
    }
    Object file = matched(result, List.of("--config-file"));
    return new DaemonFlags(
        new Settings(values),
        Optional.ofNullable(file).map(name -> Path.of(name.toString())),
        action(result));
  }

  /**
   * The text of {@code --help}.
   *
   * @return the flags that do something, one a line
   */
  static String help() {
    return commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF);
  }

  private static Action action(CommandLine.ParseResult result) {
    if (result.hasMatchedOption("--help")) {
      return Action.HELP;
    }
    if (result.hasMatchedOption("--version")) {
      return Action.VERSION;
    }
    return result.hasMatchedOption("--validate") ? Action.VALIDATE : Action.SERVE;
  }

  private static @Nullable Object matched(CommandLine.ParseResult result, List<String> flags) {
    if (flags.isEmpty() || !result.hasMatchedOption(flags.getFirst())) {
      return null;
    }
    return result.matchedOption(flags.getFirst()).getValue();
  }

  private static Object value(Directive directive, Object given) throws ConfigException {
    String flag = directive.flags().getFirst();
    return switch (directive.kind()) {
      case BOOL, STRING, BYTES, LIST -> given;
      case INT -> number(flag, given.toString());
      case MAP -> entries(flag, (List<?>) given);
      case OBJECT ->
          directive.support() instanceof Support.Honoured ? entries(flag, (List<?>) given) : given;
    };
  }

  private static Long number(String flag, String text) throws ConfigException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ConfigException("invalid argument \"" + text + "\" for \"" + flag + "\" flag", e);
    }
  }

  private static Map<String, Object> entries(String flag, List<?> given) throws ConfigException {
    var entries = new LinkedHashMap<String, Object>();
    for (Object item : given) {
      String text = item.toString();
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new ConfigException(
            "invalid argument \"" + text + "\" for \"" + flag + "\" flag: name=value expected");
      }
      entries.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return entries;
  }

  private static CommandLine commandLine() {
    CommandSpec spec = CommandSpec.create().name(NAME);
    spec.usageMessage().description("Serves the Docker API. Flags are named as dockerd's.");
    Directives.all().values().stream()
        .filter(directive -> !directive.flags().isEmpty())
        .forEach(directive -> spec.addOption(option(directive)));
    spec.addOption(
        OptionSpec.builder("--config-file")
            .type(String.class)
            .paramLabel(Kind.STRING.label())
            .description("Settings in daemon.json's keys (default " + DEFAULT_CONFIG_FILE + ")")
            .build());
    spec.addOption(switchOption("Check the settings and exit", "--validate"));
    spec.addOption(switchOption("Print the version and exit", "--version", "-v"));
    spec.addOption(switchOption("Print this and exit", "--help"));
    // An argument that starts with @ is an argument, not a file of arguments.
    return new CommandLine(spec).setExpandAtFiles(false).setOverwrittenOptionsAllowed(true);
  }

  private static OptionSpec switchOption(String help, String... names) {
    return OptionSpec.builder(names[0], names).type(boolean.class).description(help).build();
  }

  private static OptionSpec option(Directive directive) {
    String[] names = directive.flags().toArray(String[]::new);
    var option =
        OptionSpec.builder(names[0], names)
            .paramLabel(directive.kind().label())
            .hidden(!(directive.support() instanceof Support.Honoured))
            .description(directive.help());
    return switch (directive.kind()) {
      case BOOL -> option.type(Boolean.class).arity("0..1").fallbackValue("true").build();
      case INT, STRING, BYTES -> option.type(String.class).build();
      case LIST, MAP, OBJECT -> option.type(List.class).auxiliaryTypes(String.class).build();
    };
  }
}
