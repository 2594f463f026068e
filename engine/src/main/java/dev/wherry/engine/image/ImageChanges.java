package dev.wherry.engine.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wherry.engine.error.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Applies Dockerfile instructions to an image's configuration, as {@code import -c} and {@code
 * commit -c} do: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER,
 * VOLUME and WORKDIR.
 */
public final class ImageChanges {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern INSTRUCTION = Pattern.compile("(\\S+)(?:\\s+(.*))?", Pattern.DOTALL);
  private static final Pattern PORT =
      Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?(?:/(tcp|udp|sctp))?", Pattern.CASE_INSENSITIVE);
  private static final int PORT_MAX = 65_535;

  private ImageChanges() {}

  /**
   * The configuration after these instructions, applied in order.
   *
   * @throws EngineException.InvalidParameter naming the instruction that cannot be applied
   */
  public static ImageConfig apply(ImageConfig base, List<String> changes) {
    ImageConfigDraft draft = new ImageConfigDraft(base);
    for (String change : changes) {
      for (String line : change.replace("\\\n", " ").split("\n")) {
        String trimmed = line.strip();
        if (!trimmed.isEmpty() && !trimmed.startsWith("#")) {
          applyOne(draft, trimmed);
        }
      }
    }
    return draft.toConfig();
  }

  private static void applyOne(ImageConfigDraft draft, String line) {
    Matcher matcher = INSTRUCTION.matcher(line);
    if (!matcher.matches()) {
      throw new EngineException.InvalidParameter("no instruction in \"" + line + "\"");
    }
    String name = matcher.group(1).toLowerCase(Locale.ROOT);
    String text = matcher.group(2) == null ? "" : matcher.group(2).strip();
    switch (name) {
      case "cmd" -> draft.cmd = command(draft, text);
      case "entrypoint" -> draft.entrypoint = command(draft, text);
      case "env" -> pairs(draft, "ENV", text, draft::putVariable);
      case "label" -> pairs(draft, "LABEL", text, draft::putLabel);
      case "expose" -> words(draft, "EXPOSE", text).forEach(port -> expose(draft, port));
      case "healthcheck" -> draft.healthcheck = HealthcheckInstruction.parse(text);
      case "onbuild" -> onBuild(draft, text);
      case "stopsignal" -> draft.stopSignal = single(draft, "STOPSIGNAL", text);
      case "user" -> draft.user = single(draft, "USER", text);
      case "volume" -> volumes(draft, text);
      case "workdir" -> workingDir(draft, text);
      default ->
          throw new EngineException.InvalidParameter(
              name.toUpperCase(Locale.ROOT) + " is not a valid change command");
    }
  }

  private static List<String> command(ImageConfigDraft draft, String text) {
    List<String> exec = execForm(text);
    if (exec != null) {
      return exec;
    }
    List<String> command = new ArrayList<>(draft.shell());
    command.add(text);
    return command;
  }

  /** The strings of a JSON array, {@code null} if the text is anything else. */
  static @Nullable List<String> execForm(String text) {
    if (!text.startsWith("[")) {
      return null;
    }
    JsonNode node;
    try {
      node = JSON.readTree(text);
    } catch (JsonProcessingException shellForm) {
      return null;
    }
    List<String> words = new ArrayList<>();
    for (JsonNode word : node) {
      if (!word.isTextual()) {
        return null;
      }
      words.add(word.textValue());
    }
    return words;
  }

  /** Takes a name and its value. */
  private interface Pair {
    void put(String name, String value);
  }

  /** {@code NAME=value ...}, or the old form {@code NAME the rest of the line}. */
  private static void pairs(ImageConfigDraft draft, String name, String text, Pair pair) {
    List<String> words = words(draft, name, text);
    if (words.getFirst().indexOf('=') < 0) {
      Matcher old = INSTRUCTION.matcher(text);
      if (!old.matches() || old.group(2) == null) {
        throw new EngineException.InvalidParameter(name + " must have two arguments");
      }
      pair.put(old.group(1), InstructionWords.expand(old.group(2), draft::variable));
      return;
    }
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw new EngineException.InvalidParameter(
            "Syntax error - can't find = in \"%s\". Must be of the form: name=value"
                .formatted(word));
      }
      if (equals == 0) {
        throw new EngineException.InvalidParameter(name + " names can not be blank");
      }
      pair.put(word.substring(0, equals), word.substring(equals + 1));
    }
  }

  private static List<String> words(ImageConfigDraft draft, String name, String text) {
    List<String> words = InstructionWords.split(text, draft::variable);
    if (words.isEmpty()) {
      throw new EngineException.InvalidParameter(name + " requires at least one argument");
    }
    return words;
  }

  private static String single(ImageConfigDraft draft, String name, String text) {
    List<String> words = InstructionWords.split(text, draft::variable);
    if (words.size() != 1) {
      throw new EngineException.InvalidParameter(name + " requires exactly one argument");
    }
    return words.getFirst();
  }

  private static void expose(ImageConfigDraft draft, String word) {
    Matcher port = PORT.matcher(word);
    int first = port.matches() ? Integer.parseInt(port.group(1)) : 0;
    int last = port.matches() && port.group(2) != null ? Integer.parseInt(port.group(2)) : first;
    if (first == 0 || last < first || last > PORT_MAX) {
      throw new EngineException.InvalidParameter("invalid containerPort: " + word);
    }
    String protocol = port.group(3) == null ? "tcp" : port.group(3).toLowerCase(Locale.ROOT);
    for (int number = first; number <= last; number++) {
      draft.expose(number + "/" + protocol);
    }
  }

  private static void onBuild(ImageConfigDraft draft, String text) {
    String trigger = text.split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
    switch (trigger) {
      case "" -> throw new EngineException.InvalidParameter("ONBUILD requires an instruction");
      case "ONBUILD" ->
          throw new EngineException.InvalidParameter(
              "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
      case "MAINTAINER", "FROM" ->
          throw new EngineException.InvalidParameter(
              trigger + " isn't allowed as an ONBUILD trigger");
      default -> draft.addOnBuild(text);
    }
  }

  private static void volumes(ImageConfigDraft draft, String text) {
    List<String> exec = execForm(text);
    List<String> paths = exec == null ? words(draft, "VOLUME", text) : exec;
    if (paths.isEmpty()) {
      throw new EngineException.InvalidParameter("VOLUME requires at least one argument");
    }
    for (String path : paths) {
      if (path.isBlank()) {
        throw new EngineException.InvalidParameter("VOLUME specified can not be an empty string");
      }
      draft.addVolume(path.strip());
    }
  }

  private static void workingDir(ImageConfigDraft draft, String text) {
    if (text.isEmpty()) {
      throw new EngineException.InvalidParameter("WORKDIR requires exactly one argument");
    }
    String path = InstructionWords.expand(text, draft::variable);
    String base = draft.workingDir.isEmpty() ? "/" : draft.workingDir;
    draft.workingDir = Path.of(base).resolve(path).normalize().toString();
  }
}
