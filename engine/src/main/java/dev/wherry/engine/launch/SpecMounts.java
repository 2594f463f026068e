package dev.wherry.engine.launch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.MountPoint;
import dev.wherry.engine.container.MountSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The {@code mounts} of the OCI runtime-spec: dockerd's defaults, then the container's own. */
final class SpecMounts {
  /** Where the init is bound, as in dockerd. */
  static final String INIT_PATH = "/sbin/docker-init";

  /** Default mounts that stay writable in a container with a read-only root. */
  private static final Set<String> ALWAYS_WRITABLE =
      Set.of("/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue");

  private final LaunchPlan plan;
  private final HostFacts facts;
  private final HostMounts mounts;
  private final Container container;
  private final HostConfig host;

  SpecMounts(LaunchPlan plan, HostFacts facts, HostMounts mounts) {
    this.plan = plan;
    this.facts = facts;
    this.mounts = mounts;
    this.container = plan.container();
    this.host = container.hostConfig();
  }

  ArrayNode build() {
    List<Entry> own = new ArrayList<>();
    for (MountPoint mount : container.mounts()) {
      own.add(
          switch (mount.type()) {
            case BIND, VOLUME, IMAGE -> bind(mount);
            case TMPFS -> tmpfs(mount);
          });
    }
    host.tmpfs()
        .forEach(
            (path, options) ->
                own.add(new Entry(path, "tmpfs", "tmpfs", TmpfsOptions.merge(options))));
    Set<String> taken = new HashSet<>(own.stream().map(Entry::destination).toList());
    for (LaunchPlan.BindFile file : plan.files()) {
      if (!taken.contains(file.destination())) {
        own.add(file(file));
      }
    }
    if (plan.shm() instanceof LaunchPlan.Shm.Bound bound && !taken.contains("/dev/shm")) {
      List<String> options = new ArrayList<>(List.of("rbind", "rprivate"));
      options.addAll(mounts.restrictions(bound.source()));
      own.add(new Entry("/dev/shm", "bind", bound.source().toString(), options));
    }
    own.sort(Comparator.comparingInt(Entry::depth));

    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (Entry entry : defaults()) {
      boolean hidden =
          taken.contains(entry.destination())
              || (taken.contains("/dev") && entry.destination().startsWith("/dev/"));
      if (!hidden) {
        all.add(entry.toJson());
      }
    }
    Path init = plan.init();
    if (init != null) {
      all.add(new Entry(INIT_PATH, "bind", init.toString(), List.of("bind", "ro")).toJson());
    }
    own.forEach(entry -> all.add(entry.toJson()));
    return all;
  }

  private List<Entry> defaults() {
    boolean privileged = host.security().privileged();
    List<Entry> list = new ArrayList<>();
    list.add(new Entry("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
    list.add(
        new Entry(
            "/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
    list.add(
        new Entry(
            "/dev/pts",
            "devpts",
            "devpts",
            List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")));
    String access = privileged ? "rw" : "ro";
    list.add(new Entry("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", access)));
    list.add(
        new Entry(
            "/sys/fs/cgroup", "cgroup", "cgroup", List.of(access, "nosuid", "noexec", "nodev")));
    list.add(new Entry("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")));
    if (plan.shm() instanceof LaunchPlan.Shm.Private) {
      list.add(
          new Entry(
              "/dev/shm",
              "tmpfs",
              "shm",
              List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + host.shmSize())));
    }
    return host.security().readonlyRootfs() && !privileged
        ? list.stream().map(SpecMounts::readOnly).toList()
        : list;
  }

  private static Entry readOnly(Entry entry) {
    if (ALWAYS_WRITABLE.contains(entry.destination()) || entry.options().contains("ro")) {
      return entry;
    }
    List<String> options = new ArrayList<>(entry.options());
    options.add("ro");
    return new Entry(entry.destination(), entry.type(), entry.source(), options);
  }

  private Entry bind(MountPoint mount) {
    Optional<MountSpec.BindOptions> asked = host.bindOptions(mount);
    boolean alone = asked.filter(MountSpec.BindOptions::nonRecursive).isPresent();
    List<String> options = new ArrayList<>();
    options.add(alone ? "bind" : "rbind");
    if (!mount.readWrite()) {
      options.add("ro");
      boolean onlyTop = asked.filter(MountSpec.BindOptions::readOnlyNonRecursive).isPresent();
      if (!alone && !onlyTop && facts.recursiveReadOnly() && !isFile(mount)) {
        options.add("rro");
      }
    }
    for (String restriction : mounts.restrictions(Path.of(mount.source()))) {
      if (!options.contains(restriction)) {
        options.add(restriction);
      }
    }
    String propagation = mount.propagation();
    if (!propagation.isEmpty()) {
      // Without mounts below the two are the same; crun takes the r for a recursive bind.
      options.add(alone && propagation.startsWith("r") ? propagation.substring(1) : propagation);
    }
    return new Entry(mount.destination(), "bind", mount.source(), options);
  }

  /** Nothing is mounted below a file, and runtimes refuse to look. */
  private static boolean isFile(MountPoint mount) {
    Path source = Path.of(mount.source());
    return Files.exists(source) && !Files.isDirectory(source);
  }

  private Entry tmpfs(MountPoint mount) {
    MountSpec.TmpfsOptions options =
        host.mounts().stream()
            .filter(spec -> spec.target().equals(mount.destination()))
            .map(MountSpec::tmpfs)
            .filter(java.util.Objects::nonNull)
            .findFirst()
            .orElse(new MountSpec.TmpfsOptions(0, null, null));
    return new Entry(
        mount.destination(),
        "tmpfs",
        "tmpfs",
        TmpfsOptions.merge(TmpfsOptions.text(options, !mount.readWrite())));
  }

  private Entry file(LaunchPlan.BindFile file) {
    List<String> options =
        host.security().readonlyRootfs()
            ? List.of("rbind", "ro", "rprivate")
            : List.of("rbind", "rprivate");
    return new Entry(file.destination(), "bind", file.source().toString(), options);
  }

  /** One mount in the spec's terms. */
  private record Entry(String destination, String type, String source, List<String> options) {

    /** A mount on /a must come before one on /a/b. */
    int depth() {
      return destination.equals("/") ? 0 : (int) destination.chars().filter(c -> c == '/').count();
    }

    ObjectNode toJson() {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("destination", destination).put("type", type).put("source", source);
      options.forEach(node.putArray("options")::add);
      return node;
    }
  }
}
