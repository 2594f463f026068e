package dev.wherry.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What goes through a registry. Both engines have to be in the bench's network namespace. */
final class RegistryWorkloads {
  private static final Image THREE = new Image("three", 3, 100_000_000);
  private static final Image TWENTY = new Image("twenty", 20, 15_000_000);

  private RegistryWorkloads() {}

  /**
   * An image of a tree's files.
   *
   * @param bytes of each layer
   */
  private record Image(String name, int layers, long bytes) {}

  /** What they share. */
  record Setting(BenchRegistry registry, Path work, Path tree) {
    /** Loads an image and gives its name. */
    String load(Engine engine, Image image) throws Exception {
      String reference = registry.name(image.name);
      Path archive = work.resolve(image.name + ".tar");
      if (!Files.exists(archive)) {
        LayeredImage.write(archive, reference, tree, image.layers, image.bytes);
      }
      engine.docker("load", "-i", archive.toString());
      return reference;
    }

    /** Has the registry have an image that the engine does not have. */
    String offer(Engine engine, Image image) throws Exception {
      registry.startUnlessRunning();
      String reference = load(engine, image);
      engine.docker("push", "-q", reference);
      engine.docker("rmi", "-f", reference);
      return reference;
    }
  }

  static List<Workload> all(Setting setting) {
    return BenchRegistry.isInstalled()
        ? List.of(
            new Pull("pull-3-layers", setting, THREE),
            new Pull("pull-20-layers", setting, TWENTY),
            new Push(setting),
            new MemoryOfPull(setting))
        : List.of();
  }

  /** A pull of what the engine has nothing of. */
  private record Pull(String name, Setting setting, Image image) implements Workload {
    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      setting.offer(engine, image);
    }

    @Override
    public double measure(Engine engine) throws Exception {
      String reference = setting.registry.name(image.name);
      double seconds = engine.time("pull", "-q", reference);
      engine.docker("rmi", "-f", reference);
      return seconds;
    }
  }

  /** A push into an empty registry. */
  private record Push(Setting setting) implements Workload {
    @Override
    public String name() {
      return "push-3-layers";
    }

    @Override
    public double share() {
      return 0.3;
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      setting.load(engine, THREE);
    }

    @Override
    public double measure(Engine engine) throws Exception {
      setting.registry.empty();
      return engine.time("push", "-q", setting.registry.name(THREE.name));
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      engine.docker("rmi", "-f", setting.registry.name(THREE.name));
    }
  }

  /** The most that all the engine's processes have while pulling, over what they have idle. */
  private record MemoryOfPull(Setting setting) implements Workload {
    private static final int PAUSE_MILLIS = 50;

    @Override
    public String name() {
      return "memory-of-pull";
    }

    @Override
    public String unit() {
      return "MiB";
    }

    @Override
    public double share() {
      return 0.1;
    }

    @Override
    public boolean canRunOn(Engine engine) {
      return engine.isRestartable();
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      setting.offer(engine, TWENTY);
    }

    @Override
    public double measure(Engine engine) throws Exception {
      engine.stop();
      engine.start();
      EngineProcesses.awaitRest(engine);
      double idle = EngineProcesses.residentMebibytes(engine);
      String reference = setting.registry.name(TWENTY.name);
      Process pull =
          engine
              .cli("pull", "-q", reference)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      double most = idle;
      while (!pull.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        most = Math.max(most, EngineProcesses.residentMebibytes(engine));
      }
      if (pull.exitValue() != 0) {
        throw new IllegalStateException("the pull failed");
      }
      engine.docker("rmi", "-f", reference);
      return most - idle;
    }
  }
}
