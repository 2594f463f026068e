package dev.wherry.api.fake;

import dev.wherry.engine.launch.OciRuntime;
import dev.wherry.verticles.EngineClients;
import dev.wherry.verticles.EngineInfo;
import java.nio.file.Path;
import java.util.List;

/** All clients of an engine, with nothing behind them. */
public final class FakeEngine {
  public final FakeContainers containers = new FakeContainers();
  public final FakeExecs execs = new FakeExecs(containers);
  public final FakeContents contents = new FakeContents(containers.index());
  public final FakeImages images = new FakeImages();
  public final FakeNetworks networks = new FakeNetworks();
  public final FakeVolumes volumes = new FakeVolumes();
  public final FakeEvents events = new FakeEvents();

  /** With one image, {@code busybox}. */
  public FakeEngine() {
    images.images.add(Fixtures.image(Fixtures.BUSYBOX_ID, "", List.of("busybox:latest")));
  }

  public EngineClients clients() {
    return new EngineClients(
        containers,
        execs,
        contents,
        images,
        networks,
        volumes,
        events,
        new EngineInfo(
            "fake-id",
            Path.of("/data"),
            "overlay2",
            "extfs",
            "runc",
            List.of(OciRuntime.of("runc", Path.of("/usr/bin/runc"), List.of())),
            List.of("/etc/cdi"),
            "runc version 1.1.5",
            "conmon version 2.1.6",
            1,
            "cgroupfs",
            List.of("name=seccomp,profile=default"),
            List.of(),
            List.of()));
  }
}
