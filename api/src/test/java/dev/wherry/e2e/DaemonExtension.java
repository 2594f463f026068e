package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.http.Json;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the shared daemon when the first test wants it and closes it after the last. */
final class DaemonExtension implements ParameterResolver, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(DaemonExtension.class);

  /** Closes the daemon with the test run; what it leaves behind fails the run. */
  record Shared(DaemonUnderTest daemon) implements AutoCloseable {
    @Override
    public void close() {
      daemon.close();
    }
  }

  private static DaemonUnderTest daemon(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Shared.class, _ -> start(), Shared.class)
        .daemon();
  }

  private static Shared start() {
    PeerDaemon peer = PeerDaemon.ofEnvironment();
    DaemonUnderTest daemon = peer == null ? WherryDaemon.start() : peer;
    TestImages.importBusybox(daemon.docker());
    return new Shared(daemon);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == DaemonUnderTest.class || type == DockerCli.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    DaemonUnderTest daemon = daemon(context);
    return parameter.getParameter().getType() == DockerCli.class ? daemon.docker() : daemon;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    DaemonUnderTest daemon = daemon(context);
    daemon.docker().removeAllContainers();
    List<String> left = unnamedVolumes(daemon);
    left.forEach(name -> RawHttp.send(daemon.socket(), "DELETE", "/volumes/" + name, ""));
    assertThat(left).as("volumes without a name that the test left").isEmpty();
  }

  private static List<String> unnamedVolumes(DaemonUnderTest daemon) {
    return Json.tree(RawHttp.get(daemon.socket(), "/volumes").body())
        .findValuesAsText("Name")
        .stream()
        .filter(name -> name.matches("[0-9a-f]{64}"))
        .toList();
  }
}
