package dev.wherry.api.fake;

import dev.wherry.api.dto.CreateRequest;
import dev.wherry.api.http.ApiVersion;
import dev.wherry.api.http.Json;
import dev.wherry.api.mapping.create.CreateDefaults;
import dev.wherry.api.mapping.create.CreateRequestRules;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.container.ContainerConfig;
import dev.wherry.engine.container.ContainerState;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageConfig;
import dev.wherry.engine.lifecycle.NewContainer;
import dev.wherry.engine.network.Attachment;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Objects for tests, as an engine would have made them. */
public final class Fixtures {
  public static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.6789Z");
  public static final Instant STARTED = CREATED.plusSeconds(1);
  public static final String BUSYBOX_ID = "sha256:" + "0a".repeat(32);
  public static final String BRIDGE_ID = "b1".repeat(32);

  public static final CreateDefaults DEFAULTS =
      new CreateDefaults(
          67108864,
          "json-file",
          Map.of(),
          "runc",
          1,
          new TreeSet<>(List.of(0, 1)),
          new TreeSet<>(List.of(0)),
          true);

  private Fixtures() {}

  /** What a create request's body comes to, for the newest version. */
  public static CreateRequestRules.Accepted accept(String json) {
    return accept(json, ApiVersion.CURRENT);
  }

  /** What a create request's body comes to. */
  public static CreateRequestRules.Accepted accept(String json, ApiVersion version) {
    return new CreateRequestRules(DEFAULTS)
        .accept(Json.read(Buffer.buffer(json), Json.shape(CreateRequest.class)), "", "", version);
  }

  /** A container as created from a request's body. */
  public static Container created(String id, String name, String json) {
    return container(id, name, accept(json).container());
  }

  /** A container of {@code busybox} that runs {@code sleep 1000}. */
  public static Container running(String id, String name) {
    return created(id, name, "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"]}")
        .withState(new ContainerState.Running(4711, 1, STARTED));
  }

  /** An id of 64 digits that begins with the given ones. */
  public static String id(String prefix) {
    return prefix + "0".repeat(64 - prefix.length());
  }

  /** The container an engine makes of a request. */
  public static Container container(String id, String name, NewContainer request) {
    List<String> command = request.cmd() == null ? List.of("sh") : request.cmd();
    return new Container(
        id,
        name,
        CREATED,
        command.getFirst(),
        command.subList(1, command.size()),
        config(id, request, command),
        request.hostConfig(),
        BUSYBOX_ID,
        null,
        "linux",
        ContainerState.Created.FRESH,
        Map.of("bridge", new Attachment(BRIDGE_ID, null, null)),
        null,
        List.of(),
        "overlay2",
        0,
        false,
        false);
  }

  private static ContainerConfig config(String id, NewContainer request, List<String> command) {
    return new ContainerConfig(
        request.hostname().isEmpty() ? id.substring(0, 12) : request.hostname(),
        request.domainname(),
        request.user(),
        request.attachStdin(),
        request.attachStdout(),
        request.attachStderr(),
        request.exposedPorts(),
        request.tty(),
        request.openStdin(),
        request.stdinOnce(),
        request.env(),
        command,
        request.healthcheck(),
        request.image(),
        request.volumes(),
        request.workingDir(),
        request.entrypoint(),
        request.networkDisabled(),
        request.macAddress(),
        null,
        request.labels(),
        request.stopSignal(),
        request.stopTimeout(),
        request.shell());
  }

  /** An image with these tags. */
  public static Image image(String id, String parent, List<String> tags) {
    return new Image(
        id,
        tags,
        List.of(),
        parent,
        "",
        CREATED,
        "",
        "amd64",
        null,
        "linux",
        null,
        "",
        ImageConfig.EMPTY,
        "",
        ImageConfig.EMPTY,
        1000,
        List.of("sha256:" + "d1".repeat(32)),
        null,
        List.of(new Image.HistoryEntry(CREATED, "made", "", "", false, 1000)),
        null);
  }
}
