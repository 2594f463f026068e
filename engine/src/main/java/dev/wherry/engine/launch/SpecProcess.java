package dev.wherry.engine.launch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.ExecSpec;
import dev.wherry.engine.container.HostConfig;
import dev.wherry.engine.container.Resources.Ulimit;
import dev.wherry.engine.error.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code process} of the OCI runtime-spec, for a container and for an exec in one. */
final class SpecProcess {
  private static final String DEFAULT_PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Container container;
  private final String hostname;
  private final Accounts accounts;
  private final HostFacts facts;
  private final List<Ulimit> defaultUlimits;

  SpecProcess(
      Container container,
      String hostname,
      Accounts accounts,
      HostFacts facts,
      List<Ulimit> defaultUlimits) {
    this.container = container;
    this.hostname = hostname;
    this.accounts = accounts;
    this.facts = facts;
    this.defaultUlimits = defaultUlimits;
  }

  /**
   * The container's first process.
   *
   * @param init whether an init runs it
   * @param linked what it is told of containers it is linked to
   */
  ObjectNode ofContainer(boolean init, List<String> linked) {
    ContainerConfig config = container.config();
    List<String> args = new ArrayList<>();
    if (init) {
      args.add(SpecMounts.INIT_PATH);
      args.add("--");
    }
    args.add(container.path());
    args.addAll(container.args());
    return process(
        args,
        environment(config.tty(), linked),
        config.workingDir(),
        accounts.resolve(config.user(), container.hostConfig().security().groupAdd()),
        config.tty(),
        container.hostConfig().consoleSize(),
        capabilities());
  }

  /** A further process in the running container. */
  ObjectNode ofExec(ExecSpec exec) {
    ContainerConfig config = container.config();
    String user = exec.user().isEmpty() ? config.user() : exec.user();
    List<String> capabilities =
        exec.privileged() ? Capabilities.all(facts.capabilities()) : capabilities();
    return process(
        exec.cmd(),
        merged(environment(exec.tty(), List.of()), exec.env()),
        exec.workingDir().isEmpty() ? config.workingDir() : exec.workingDir(),
        accounts.resolve(user, container.hostConfig().security().groupAdd()),
        exec.tty(),
        exec.consoleSize(),
        capabilities);
  }

  private List<String> capabilities() {
    return Capabilities.of(container.hostConfig().security(), facts.capabilities());
  }

  private ObjectNode process(
      List<String> args,
      List<String> env,
      String cwd,
      Accounts.Identity identity,
      boolean tty,
      HostConfig.@Nullable ConsoleSize size,
      List<String> capabilities) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (tty) {
      node.put("terminal", true);
      if (size != null && size.rows() > 0 && size.columns() > 0) {
        node.putObject("consoleSize").put("height", size.rows()).put("width", size.columns());
      }
    }
    ObjectNode user = node.putObject("user").put("uid", identity.uid()).put("gid", identity.gid());
    identity.groups().forEach(user.putArray("additionalGids")::add);
    args.forEach(node.putArray("args")::add);
    env.forEach(node.putArray("env")::add);
    node.put("cwd", cwd.isEmpty() ? "/" : cwd);
    putCapabilities(node.putObject("capabilities"), capabilities, identity.uid() == 0);
    ArrayNode limits = rlimits();
    if (!limits.isEmpty()) {
      node.set("rlimits", limits);
    }
    if (securityWords().noNewPrivileges()) {
      node.put("noNewPrivileges", true);
    }
    putAppArmor(node);
    node.put("oomScoreAdj", oomScoreAdj());
    return node;
  }

  SecurityWords securityWords() {
    return SecurityWords.parse(container.hostConfig().security().securityOpt(), false);
  }

  private void putAppArmor(ObjectNode node) {
    String profile = securityWords().appArmorProfile();
    if (facts.appArmor() && profile != null && !profile.equals(SecurityWords.UNCONFINED)) {
      node.put("apparmorProfile", profile);
    }
  }

  /**
   * Only root's processes hold capabilities; others may gain them by executing a file with some.
   */
  private static void putCapabilities(ObjectNode node, List<String> names, boolean root) {
    names.forEach(node.putArray("bounding")::add);
    if (root) {
      names.forEach(node.putArray("effective")::add);
      names.forEach(node.putArray("permitted")::add);
    }
  }

  private List<String> environment(boolean tty, List<String> linked) {
    List<String> defaults = new ArrayList<>();
    defaults.add(DEFAULT_PATH);
    defaults.add("HOSTNAME=" + hostname);
    if (tty) {
      defaults.add("TERM=xterm");
    }
    defaults.addAll(linked);
    return merged(defaults, container.config().env());
  }

  /**
   * Replaces variables in place and adds the others; a name without {@code =} takes the variable
   * away.
   */
  static List<String> merged(List<String> defaults, List<String> overrides) {
    Map<String, String> byName = new LinkedHashMap<>();
    for (String variable : defaults) {
      byName.put(name(variable), variable);
    }
    for (String variable : overrides) {
      if (variable.indexOf('=') < 0) {
        byName.remove(variable);
      } else {
        byName.put(name(variable), variable);
      }
    }
    return List.copyOf(byName.values());
  }

  private static String name(String variable) {
    int equals = variable.indexOf('=');
    return equals < 0 ? variable : variable.substring(0, equals);
  }

  private ArrayNode rlimits() {
    Map<String, Ulimit> byName = new LinkedHashMap<>();
    defaultUlimits.forEach(limit -> byName.put(limit.name(), limit));
    container.hostConfig().resources().ulimits().forEach(limit -> byName.put(limit.name(), limit));
    ArrayNode node = JsonNodeFactory.instance.arrayNode();
    for (Ulimit limit : byName.values()) {
      long ceiling = facts.hardLimits().getOrDefault(limit.name(), Long.MAX_VALUE);
      boolean raises = limit.hard() < 0 ? ceiling != Long.MAX_VALUE : limit.hard() > ceiling;
      if (raises && !facts.mayRaiseLimits()) {
        throw new EngineException.InvalidParameter(
            "ulimit %s: %d is above this engine's own hard limit of %d, and it has no CAP_SYS_RESOURCE to raise it"
                .formatted(limit.name(), limit.hard(), ceiling));
      }
      node.addObject()
          .put("type", "RLIMIT_" + limit.name().toUpperCase(Locale.ROOT))
          .put("hard", limit.hard())
          .put("soft", limit.soft());
    }
    return node;
  }

  /** Without CAP_SYS_RESOURCE a container cannot be less likely to be killed than we are. */
  private int oomScoreAdj() {
    int wanted = container.hostConfig().resources().oomScoreAdj();
    int own = facts.oomScoreAdj();
    if (wanted >= own || facts.mayRaiseLimits()) {
      return wanted;
    }
    if (wanted == 0) {
      return own;
    }
    throw new EngineException.InvalidParameter(
        "oom score adjustment %d is below this engine's own of %d, and it has no CAP_SYS_RESOURCE to lower it"
            .formatted(wanted, own));
  }
}
