package dev.wherry.config;

import dev.wherry.config.DaemonConfig.Containers;
import dev.wherry.config.DaemonConfig.Directories;
import dev.wherry.config.DaemonConfig.Log;
import dev.wherry.config.DaemonConfig.OciProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns settings into a {@link DaemonConfig}: checks each value and fills in the defaults. */
final class ConfigBuilder {

  private ConfigBuilder() {}

  /**
   * Builds the configuration.
   *
   * @param settings the flags and the file, joined and free of unsupported values
   * @param environment the daemon's, for what the settings do not say
   * @return the checked configuration
   * @throws ConfigException naming the directive whose value is wrong
   */
  static DaemonConfig build(Settings settings, Map<String, String> environment)
      throws ConfigException {
    LogLevel level = LogLevel.parse(settings.text("log-level").orElse("info"));
    return new DaemonConfig(
        listen(settings.list("hosts")),
        new Directories(
            path(settings, "data-root", Directories.DEFAULT_DATA_ROOT),
            path(settings, "exec-root", Directories.DEFAULT_EXEC_ROOT),
            path(settings, "pidfile", Directories.DEFAULT_PID_FILE)),
        settings.isTrue("debug") ? LogLevel.DEBUG : level,
        settings.text("group").orElse(DaemonConfig.DEFAULT_GROUP),
        labels(settings.list("labels")),
        NetworkRules.network(settings),
        containers(settings),
        RegistryRules.registries(settings, environment));
  }

  private static List<ListenAddress> listen(List<String> hosts) throws ConfigException {
    var addresses = new ArrayList<ListenAddress>();
    for (String host : hosts) {
      addresses.add(ListenAddress.parse(host));
    }
    return addresses.isEmpty()
        ? List.of(new ListenAddress.Unix(ListenAddress.DEFAULT_SOCKET))
        : addresses;
  }

  private static Path path(Settings settings, String key, Path otherwise) {
    return settings.text(key).map(Path::of).orElse(otherwise).toAbsolutePath().normalize();
  }

  private static List<String> labels(List<String> given) throws ConfigException {
    var values = new LinkedHashMap<String, String>();
    for (String label : given) {
      int equals = label.indexOf('=');
      if (equals < 1) {
        throw new ConfigException("bad attribute format: " + label);
      }
      String key = label.substring(0, equals);
      if (key.matches("(com\\.docker|io\\.docker|org\\.dockerproject)\\..*")) {
        throw new ConfigException(
            "label "
                + label
                + " is not allowed: the namespaces com.docker.*, io.docker.*, and"
                + " org.dockerproject.* are reserved for internal use");
      }
      String before = values.putIfAbsent(key, label);
      if (before != null && !before.equals(label)) {
        throw new ConfigException("conflict labels for " + label + " and " + before);
      }
    }
    return List.copyOf(values.values());
  }

  private static Containers containers(Settings settings) throws ConfigException {
    long shmSize = Containers.DEFAULT_SHM_SIZE;
    Optional<String> givenSize = settings.text("default-shm-size");
    if (givenSize.isPresent()) {
      shmSize = ByteSize.parse(givenSize.get());
    }
    return new Containers(
        settings.text("default-runtime"),
        runtimes(settings.map("runtimes")),
        settings.text("cgroup-parent"),
        settings.text("userns-remap"),
        shmSize,
        new Log(
            settings.text("log-driver").orElse(Log.DEFAULT_DRIVER),
            logOptions(settings.map("log-opts"))),
        cdiDirectories(settings));
  }

  /** All other features of dockerd are off here, and so are not to be switched on. */
  private static List<Path> cdiDirectories(Settings settings) throws ConfigException {
    boolean enabled = true;
    for (var feature : settings.map("features").entrySet()) {
      String value = feature.getValue().toString();
      boolean on = value.equals("true");
      if (!on && !value.equals("false")) {
        throw new ConfigException(
            "features: " + feature.getKey() + ": true or false is expected: " + value);
      }
      if (feature.getKey().equals("cdi")) {
        enabled = on;
      } else if (on) {
        throw new ConfigException("features: " + feature.getKey() + " is not supported by Wherry");
      }
    }
    List<String> given = settings.list("cdi-spec-dirs");
    if (!enabled || given.equals(List.of(""))) {
      return List.of();
    }
    return given.isEmpty()
        ? Containers.DEFAULT_CDI_DIRECTORIES
        : given.stream().map(Path::of).toList();
  }

  private static Map<String, OciProgram> runtimes(Map<String, Object> given)
      throws ConfigException {
    var runtimes = new LinkedHashMap<String, OciProgram>();
    for (var runtime : given.entrySet()) {
      runtimes.put(runtime.getKey(), runtime(runtime.getKey(), runtime.getValue()));
    }
    return runtimes;
  }

  private static OciProgram runtime(String name, Object value) throws ConfigException {
    if (value instanceof String path && !path.isEmpty()) {
      return new OciProgram(Path.of(path), List.of());
    }
    if (value instanceof Map<?, ?> fields
        && fields.get("path") instanceof String path
        && !path.isEmpty()) {
      var arguments = new ArrayList<String>();
      for (var field : fields.entrySet()) {
        boolean empty = Settings.show(field.getValue()).matches("|\\[]|map\\[]");
        if (field.getKey().equals("runtimeArgs") && field.getValue() instanceof List<?> words) {
          words.forEach(word -> arguments.add(word.toString()));
        } else if (!field.getKey().equals("path") && !empty) {
          throw new ConfigException(
              "runtimes: " + name + ": " + field.getKey() + " is not supported by Wherry");
        }
      }
      return new OciProgram(Path.of(path), arguments);
    }
    throw new ConfigException("runtimes: " + name + ": a path is expected");
  }

  /** Whether the driver has them is for the engine to say. */
  private static Map<String, String> logOptions(Map<String, Object> given) {
    var options = new LinkedHashMap<String, String>();
    given.forEach((name, value) -> options.put(name, value.toString()));
    return options;
  }
}
