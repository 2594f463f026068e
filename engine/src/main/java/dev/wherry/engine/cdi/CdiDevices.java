package dev.wherry.engine.cdi;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.wherry.engine.error.EngineException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that files in some directories describe, JSON or YAML (CDI specification 0.8.0). The
 * files are read anew each time. A directory wins over those before it; two files of one directory
 * that describe the same device make it none. A file that is wrong describes nothing.
 */
public final class CdiDevices {
  private static final Logger LOG = LoggerFactory.getLogger(CdiDevices.class);
  private static final long MAX_BYTES = 4L << 20;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final ObjectMapper YAML = YAMLMapper.builder().build();

  private final List<Path> directories;

  /**
   * @param directories empty where there are to be none at all
   */
  public CdiDevices(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /** Whether there can be any. */
  public boolean isEnabled() {
    return !directories.isEmpty();
  }

  /** A description of devices of one kind. */
  private record Spec(
      String cdiVersion,
      String kind,
      @Nullable Map<String, String> annotations,
      @Nullable List<Device> devices,
      @Nullable CdiEdits containerEdits) {}

  private record Device(
      String name, @Nullable Map<String, String> annotations, @Nullable CdiEdits containerEdits) {}

  /** A device with the file that describes it. */
  private record Found(Path directory, Path file, Spec spec, Device device) {}

  /**
   * What these devices change.
   *
   * @param names {@code vendor.com/class=device}
   * @throws EngineException.InvalidParameter naming those there are not
   */
  public CdiEdits edits(List<String> names) {
    Map<CdiName, Found> known = read();
    List<String> unknown = new ArrayList<>();
    Set<Path> files = new LinkedHashSet<>();
    CdiEdits edits = CdiEdits.NONE;
    for (String name : names) {
      Found found = CdiName.parse(name).map(known::get).orElse(null);
      if (found == null) {
        unknown.add(name);
        continue;
      }
      // What a file says for all of its devices holds once.
      if (files.add(found.file())) {
        edits = edits.and(orNone(found.spec().containerEdits()));
      }
      edits = edits.and(orNone(found.device().containerEdits()));
    }
    if (!unknown.isEmpty()) {
      throw new EngineException.InvalidParameter(
          "CDI device injection failed: unresolvable CDI devices " + String.join(", ", unknown));
    }
    return edits;
  }

  private static CdiEdits orNone(@Nullable CdiEdits edits) {
    return edits == null ? CdiEdits.NONE : edits;
  }

  private Map<CdiName, Found> read() {
    Map<CdiName, Found> known = new HashMap<>();
    for (Path directory : directories) {
      Set<CdiName> doubled = new LinkedHashSet<>();
      for (Path file : files(directory)) {
        Spec spec = read(file);
        if (spec == null) {
          continue;
        }
        for (Device device : devices(spec)) {
          CdiName name = new CdiName(spec.kind(), device.name());
          Found before = known.put(name, new Found(directory, file, spec, device));
          if (before != null && before.directory().equals(directory)) {
            doubled.add(name);
          }
        }
      }
      for (CdiName name : doubled) {
        LOG.warn("{}: {}={} is described twice", directory, name.kind(), name.device());
        known.remove(name);
      }
    }
    return known;
  }

  private static List<Device> devices(Spec spec) {
    return spec.devices() == null ? List.of() : spec.devices();
  }

  private static Set<Path> files(Path directory) {
    Set<Path> files = new TreeSet<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.{json,yaml}")) {
        found.forEach(files::add);
      } catch (IOException e) {
        throw new EngineException.Internal("cannot list " + directory + ": " + e.getMessage(), e);
      }
    }
    return files;
  }

  private static @Nullable Spec read(Path file) {
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        throw new IOException("no file of a reasonable size");
      }
      ObjectMapper mapper = file.toString().endsWith(".json") ? JSON : YAML;
      Spec spec = mapper.readValue(Files.readString(file), Spec.class);
      if (spec == null || spec.kind() == null || !CdiName.isKind(spec.kind())) {
        throw new IOException("no kind of devices");
      }
      return spec;
    } catch (IOException e) {
      LOG.warn("{} describes no devices: {}", file, e.getMessage());
      return null;
    }
  }
}
