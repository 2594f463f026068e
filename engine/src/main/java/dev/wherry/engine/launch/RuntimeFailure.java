package dev.wherry.engine.launch;

import dev.wherry.engine.error.EngineException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a runtime said when it could not start a process, in dockerd's words and with its exit
 * codes. Clients read both: {@code docker run} exits with 126 or 127 by what the text contains.
 *
 * @param exitCode 126 if the program cannot be executed, 127 if it is not there, else 128
 */
public record RuntimeFailure(String text, int exitCode) {
  /** What dockerd says before anything that keeps a container's first process from being made. */
  private static final String TASK_PREFIX = "failed to create task for container: ";

  private static final String CONTAINER_PREFIX =
      TASK_PREFIX + "failed to create shim task: OCI runtime create failed: ";
  private static final String EXEC_PREFIX = "OCI runtime exec failed: ";

  private static final String NOT_STARTED = "%sunable to start container process: exec: \"%s\": %s";

  /**
   * runc's log line: {@code time="..." level=error msg="..."}. The repetition gives nothing back,
   * so that a long message takes no more of the stack than a short one.
   */
  private static final Pattern LOG_LINE = Pattern.compile("msg=\"((?:[^\"\\\\]|\\\\.)*+)\"");

  private static final Pattern JSON_LINE =
      Pattern.compile("\"msg\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"");
  private static final Pattern CRUN_MISSING =
      Pattern.compile("executable file [`'‘]?([^`'’]*?)[`'’]? not found(?: in \\$PATH)?.*");

  /** A directory is EPERM to it. */
  private static final Pattern CRUN_DENIED =
      Pattern.compile(
          "(?:open|exec) (?:executable|file)?:? ?[`'‘]?([^`'’:]*)[`'’]?: (?:Permission denied|Operation not permitted).*");

  /** A container's start that failed. */
  static RuntimeFailure ofContainer(String output, String command) {
    String message = message(output, command, "");
    String text = CONTAINER_PREFIX + message + ": unknown";
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("not a directory")) {
      return new RuntimeFailure(
          text
              + ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the"
              + " specified host path exists and is the expected type",
          127);
    }
    return new RuntimeFailure(text, exitCode(lower));
  }

  /** An exec's start that failed. */
  static RuntimeFailure ofExec(String output, String command) {
    String message = message(output, command, "exec failed: ");
    int code = exitCode(message.toLowerCase(Locale.ROOT));
    return new RuntimeFailure(EXEC_PREFIX + message + ": unknown", code == 128 ? 126 : code);
  }

  /** The user's fault where the program or a mount is wrong, else the engine's or host's. */
  public EngineException asException() {
    return exitCode == 128
        ? new EngineException.Internal(text)
        : new EngineException.InvalidParameter(text);
  }

  private static int exitCode(String lower) {
    if ((lower.contains("permission denied") && lower.contains("exec"))
        || lower.contains("is a directory")) {
      return 126;
    }
    boolean missing =
        lower.contains("executable file not found") || lower.contains("no such file or directory");
    return missing ? 127 : 128;
  }

  /**
   * @param verb how runc begins what crun says without
   */
  private static String message(String output, String command, String verb) {
    String last = output.strip();
    Matcher line = LOG_LINE.matcher(output);
    while (line.find()) {
      last = line.group(1);
    }
    Matcher json = JSON_LINE.matcher(output);
    while (json.find()) {
      last = json.group(1);
    }
    String text = unescape(last).strip();
    Matcher missing = CRUN_MISSING.matcher(text);
    if (missing.matches()) {
      return NOT_STARTED.formatted(verb, command, "executable file not found in $PATH");
    }
    Matcher denied = CRUN_DENIED.matcher(text);
    if (denied.matches()) {
      return NOT_STARTED.formatted(verb, command, "permission denied");
    }
    return text;
  }

  private static String unescape(String text) {
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        char next = text.charAt(++i);
        switch (next) {
          case 'n' -> result.append('\n');
          case 't' -> result.append('\t');
          default -> result.append(next);
        }
      } else {
        result.append(c);
      }
    }
    return result.toString();
  }
}
