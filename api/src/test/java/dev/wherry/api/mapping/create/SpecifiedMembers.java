package dev.wherry.api.mapping.create;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The members of a create request, as the published specification has them. */
final class SpecifiedMembers {
  private SpecifiedMembers() {}

  /** Each member's type, for example {@code array of string}, by its name with dots. */
  static Map<String, String> read() throws IOException {
    var members = new LinkedHashMap<String, String>();
    try (InputStream in =
        Objects.requireNonNull(
            SpecifiedMembers.class.getResourceAsStream("create-members-1.50.txt"))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" \\| ", 2))
          .forEach(words -> members.put(words[0], words[1]));
    }
    return members;
  }
}
