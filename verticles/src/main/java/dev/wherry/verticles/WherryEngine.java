package dev.wherry.verticles;

import dev.wherry.config.DaemonConfig;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.linux.LinuxProcesses;
import dev.wherry.engine.linux.LinuxSockets;
import dev.wherry.engine.linux.ResidentMemory;
import dev.wherry.engine.registry.RegistryClient;
import dev.wherry.engine.registry.RegistryProxies;
import dev.wherry.engine.registry.RegistrySettings;
import dev.wherry.engine.relay.TcpRelays;
import dev.wherry.verticles.bus.Blocking;
import dev.wherry.verticles.bus.LocalCodec;
import dev.wherry.verticles.container.ContainerClient;
import dev.wherry.verticles.container.ContainerVerticle;
import dev.wherry.verticles.container.ContentsClient;
import dev.wherry.verticles.container.ExecClient;
import dev.wherry.verticles.container.LogVerticle;
import dev.wherry.verticles.dns.DnsResponder;
import dev.wherry.verticles.event.EventFeeds;
import dev.wherry.verticles.event.EventVerticle;
import dev.wherry.verticles.image.ContainerUsers;
import dev.wherry.verticles.image.ImageClient;
import dev.wherry.verticles.image.ImageVerticle;
import dev.wherry.verticles.network.NetworkClient;
import dev.wherry.verticles.network.NetworkVerticle;
import dev.wherry.verticles.registry.VertxRegistryHttp;
import dev.wherry.verticles.relay.EventLoopRelays;
import dev.wherry.verticles.volume.VolumeClient;
import dev.wherry.verticles.volume.VolumeVerticle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine, assembled: opens its rooms, deploys a verticle for each, and closes them again.
 * Containers do not notice either.
 */
public final class WherryEngine {
  /** Calls into the kernel at a time, besides those that hang. */
  private static final int KERNEL_THREADS = 32;

  /** Archives that come from and go to clients at a time. */
  private static final int TRANSFER_THREADS = 8;

  /** Pulls at a time; their layers are bounded by themselves. */
  private static final int REGISTRY_THREADS = 16;

  /** From when on a start is over, with what a client asked at once. */
  private static final long SETTLED_MILLIS = 2000;

  private static final Logger LOG = LoggerFactory.getLogger(WherryEngine.class);

  private final Vertx vertx;
  private final Blocking kernel;
  private final Blocking transfers;
  private final Blocking registries;
  private final ExecutorService beside;
  private final Openings openings = new Openings();
  private final Queue<String> deployments = new ConcurrentLinkedQueue<>();
  private final Future<EngineClients> ready;

  private WherryEngine(Vertx vertx, DaemonConfig config) {
    this.vertx = vertx;
    this.kernel = new Blocking(vertx, "kernel", KERNEL_THREADS);
    this.transfers = new Blocking(vertx, "transfer", TRANSFER_THREADS);
    this.registries = new Blocking(vertx, "registry", REGISTRY_THREADS);
    this.beside = Executors.newCachedThreadPool(namedThreads());
    DnsResponder responder = openings.add(new DnsResponder(vertx, kernel));
    EventLoopRelays relays =
        new EventLoopRelays(
            vertx, openings.add(new TcpRelays(new LinuxSockets(), new LinuxProcesses())));
    this.ready =
        kernel
            .call(() -> DataRoot.open(config, new LinuxPaths(), openings))
            .compose(
                root ->
                    new EngineOpener(config, root, kernel, beside, openings, responder, relays)
                        .open())
            .compose(rooms -> deploy(rooms, config));
    ready.onSuccess(clients -> vertx.setTimer(SETTLED_MILLIS, now -> kernel.run(this::settle)));
  }

  /** What only the start needed goes back to the system. */
  private void settle() {
    long bytes = new ResidentMemory().giveBack();
    LOG.debug("{} KiB of mapped files given back after the start", bytes >> 10);
  }

  private static ThreadFactory namedThreads() {
    return Thread.ofPlatform().daemon().name("beside-", 0).factory();
  }

  /**
   * Starts; returns at once.
   *
   * @param vertx with the native transport; gets this engine's codec
   */
  public static WherryEngine start(Vertx vertx, DaemonConfig config) {
    LocalCodec.register(vertx.eventBus());
    return new WherryEngine(vertx, config);
  }

  /**
   * Completes when all that an earlier daemon left is taken up again and commands are answered;
   * fails with an {@link dev.wherry.engine.error.EngineException} that says what the host lacks. On
   * a context of the engine's.
   */
  public Future<EngineClients> ready() {
    return ready;
  }

  private static RegistrySettings settings(DaemonConfig.Registries registries) {
    return new RegistrySettings(
        registries.insecure(),
        registries.mirrors(),
        registries.maxDownloads(),
        registries.maxUploads(),
        registries.maxAttempts());
  }

  private static RegistryProxies proxies(DaemonConfig.Proxies proxies) {
    return new RegistryProxies(
        proxies.http().map(DaemonConfig.Proxy::address),
        proxies.https().map(DaemonConfig.Proxy::address),
        proxies.exceptions());
  }

  private RegistryClient registries(EngineRooms rooms, DaemonConfig config) {
    return new RegistryClient(
        new VertxRegistryHttp(vertx, proxies(config.registries().proxies())),
        rooms.images(),
        settings(config.registries()),
        rooms.info().dataRoot().resolve("registry"),
        beside);
  }

  private Future<EngineClients> deploy(EngineRooms rooms, DaemonConfig config) {
    EventFeeds feeds = new EventFeeds(vertx, rooms.journal(), kernel, Clock.systemUTC());
    List<Future<Void>> deployed =
        List.of(
            deploy(new EventVerticle(rooms.journal(), feeds)),
            deploy(
                ContainerVerticle.ofConmon(
                    rooms.containers(),
                    rooms.execs(),
                    rooms.contents(),
                    kernel,
                    transfers,
                    rooms.logChanges(),
                    rooms.info().dataRoot().resolve("overflow"))),
            deploy(
                new ImageVerticle(
                    rooms.images(),
                    new ContainerUsers(rooms.containers().index()),
                    registries(rooms, config),
                    kernel,
                    transfers,
                    registries)),
            deploy(LogVerticle.ofConmon(rooms.containers(), kernel)),
            deploy(new NetworkVerticle(rooms.networks(), kernel)),
            deploy(
                new VolumeVerticle(
                    rooms.volumes(), rooms.containers().index(), rooms.journal(), kernel)));
    return Future.join(deployed).map(all -> clients(rooms, feeds));
  }

  private Future<Void> deploy(VerticleBase verticle) {
    return vertx.deployVerticle(verticle).onSuccess(deployments::add).mapEmpty();
  }

  private EngineClients clients(EngineRooms rooms, EventFeeds feeds) {
    return new EngineClients(
        new ContainerClient(vertx, rooms.containers()),
        new ExecClient(vertx, rooms.execs()),
        new ContentsClient(vertx),
        new ImageClient(vertx, rooms.images()),
        new NetworkClient(vertx, rooms.networks()),
        new VolumeClient(vertx, rooms.volumes()),
        feeds,
        rooms.info());
  }

  /** Stops; containers run on. What is under way is let finish its present step. */
  public Future<Void> close() {
    return ready
        .<Void>mapEmpty()
        .otherwiseEmpty()
        .compose(
            ended ->
                Future.join(deployments.stream().map(vertx::undeploy).toList()).<Void>mapEmpty())
        .otherwiseEmpty()
        .compose(undeployed -> kernel.run(openings::close))
        .eventually(kernel::close)
        .eventually(transfers::close)
        .eventually(registries::close)
        .onComplete(closed -> beside.shutdownNow());
  }
}
