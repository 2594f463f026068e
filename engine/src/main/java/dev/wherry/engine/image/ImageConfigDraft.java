package dev.wherry.engine.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** An {@link ImageConfig} while instructions change it. */
final class ImageConfigDraft {
  String user;
  @Nullable Set<String> exposedPorts;
  @Nullable List<String> env;
  @Nullable List<String> entrypoint;
  @Nullable List<String> cmd;
  @Nullable Set<String> volumes;
  String workingDir;
  @Nullable Map<String, String> labels;
  @Nullable String stopSignal;
  @Nullable Healthcheck healthcheck;
  @Nullable List<String> onBuild;
  private final ImageConfig base;

  ImageConfigDraft(ImageConfig base) {
    this.base = base;
    user = base.user();
    exposedPorts = base.exposedPorts();
    env = base.env();
    entrypoint = base.entrypoint();
    cmd = base.cmd();
    volumes = base.volumes();
    workingDir = base.workingDir();
    labels = base.labels();
    stopSignal = base.stopSignal();
    healthcheck = base.healthcheck();
    onBuild = base.onBuild();
  }

  /** The words a command in shell form is put behind. */
  List<String> shell() {
    List<String> given = base.shell();
    return given == null || given.isEmpty() ? List.of("/bin/sh", "-c") : given;
  }

  /** The value of an environment variable, {@code null} if it has none. */
  @Nullable String variable(String name) {
    if (env == null) {
      return null;
    }
    String prefix = name + "=";
    return env.stream()
        .filter(e -> e.startsWith(prefix))
        .map(e -> e.substring(prefix.length()))
        .findFirst()
        .orElse(null);
  }

  void putVariable(String name, String value) {
    List<String> changed = env == null ? new ArrayList<>() : new ArrayList<>(env);
    String entry = name + "=" + value;
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).startsWith(name + "=")) {
        changed.set(i, entry);
        env = changed;
        return;
      }
    }
    changed.add(entry);
    env = changed;
  }

  void putLabel(String key, String value) {
    Map<String, String> changed =
        labels == null ? new LinkedHashMap<>() : new LinkedHashMap<>(labels);
    changed.put(key, value);
    labels = changed;
  }

  void expose(String port) {
    Set<String> changed = exposedPorts == null ? new TreeSet<>() : new TreeSet<>(exposedPorts);
    changed.add(port);
    exposedPorts = changed;
  }

  void addVolume(String path) {
    Set<String> changed = volumes == null ? new LinkedHashSet<>() : new LinkedHashSet<>(volumes);
    changed.add(path);
    volumes = changed;
  }

  void addOnBuild(String instruction) {
    List<String> changed = onBuild == null ? new ArrayList<>() : new ArrayList<>(onBuild);
    changed.add(instruction);
    onBuild = changed;
  }

  ImageConfig toConfig() {
    return new ImageConfig(
        user,
        exposedPorts,
        env,
        entrypoint,
        cmd,
        volumes,
        workingDir,
        labels,
        stopSignal,
        base.stopTimeout(),
        healthcheck,
        onBuild,
        base.shell(),
        base.argsEscaped());
  }
}
