package dev.wherry.engine.network;

import dev.wherry.engine.linux.LinuxException;
import dev.wherry.engine.linux.LinuxNetlink;
import dev.wherry.engine.linux.NamespaceOwner;
import dev.wherry.engine.linux.Namespaces;
import dev.wherry.engine.linux.Netlink;
import dev.wherry.engine.linux.NetlinkRequest;
import dev.wherry.engine.linux.Sysctl;
import dev.wherry.engine.store.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Network namespaces made ahead of need, so that a starting container does not wait for one: each
 * pinned in a directory of ours, with its loopback up. Thread-safe.
 */
final class NamespacePool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamespacePool.class);

  /**
   * A namespace nobody uses yet, with a conversation about its links.
   *
   * @param id 64 hexadecimal digits, the sandbox's
   */
  record Ready(String id, Path pin, Netlink netlink) {}

  private final Namespaces namespaces;
  private final Path directory;
  private final NamespaceOwner usual;
  private final BlockingQueue<Ready> ready;
  private final Set<Path> own = ConcurrentHashMap.newKeySet();
  private final ExecutorService maker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("namespace-pool").daemon().factory());

  /**
   * Starts to make namespaces.
   *
   * @param directory for the pins; made and prepared if need be
   * @param usual whose they are to be
   * @param size how many to have ready
   */
  NamespacePool(Namespaces namespaces, Path directory, NamespaceOwner usual, int size) {
    this.namespaces = namespaces;
    this.directory = directory;
    this.usual = usual;
    this.ready = new ArrayBlockingQueue<>(size);
    namespaces.preparePins(directory);
    for (int i = 0; i < size; i++) {
      maker.execute(this::fill);
    }
  }

  /** A namespace for a new sandbox, ready or made at once. */
  Ready take(NamespaceOwner owner) {
    if (!owner.equals(usual)) {
      return make(owner);
    }
    Ready taken = ready.poll();
    try {
      maker.execute(this::fill);
    } catch (RejectedExecutionException e) {
      LOG.debug("the pool is closed, it is not filled again");
    }
    return taken == null ? make(usual) : taken;
  }

  /** Gives up a namespace, whether it was used or not: its links go with it. */
  void discard(Ready namespace) {
    namespace.netlink().close();
    remove(namespace.pin());
  }

  /** Unpins a namespace; nothing happens if it is gone. */
  void remove(Path pin) {
    namespaces.remove(pin);
    own.remove(pin);
  }

  /** Where the namespace of a sandbox is pinned. */
  Path pin(String sandboxId) {
    return directory.resolve(Ids.shortened(sandboxId));
  }

  /** Removes the pins of a former daemon that belong to none of these sandboxes. */
  void removeOthers(Set<String> sandboxIds) {
    Set<Path> known = new HashSet<>(own);
    sandboxIds.forEach(id -> known.add(pin(id)));
    try (DirectoryStream<Path> pins = Files.newDirectoryStream(directory)) {
      for (Path pin : pins) {
        // one that was made since the copy above is in the set now
        Path owner = Namespaces.pinOf(pin);
        if (!known.contains(owner) && !own.contains(owner)) {
          namespaces.remove(owner);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes no more namespaces and removes those that are ready; those in use stay. */
  @Override
  public void close() {
    maker.close();
    for (Ready left = ready.poll(); left != null; left = ready.poll()) {
      discard(left);
    }
    if (isEmpty()) {
      namespaces.removePins(directory);
    }
  }

  /** Whether no container's namespace is pinned. */
  private boolean isEmpty() {
    try (DirectoryStream<Path> pins = Files.newDirectoryStream(directory)) {
      return !pins.iterator().hasNext();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fill() {
    try {
      Ready made = make(usual);
      if (!ready.offer(made)) {
        discard(made);
      }
    } catch (LinuxException e) {
      // whoever needs one next makes it, and is told if it still fails
      LOG.warn("a network namespace could not be made ahead of need: {}", e.getMessage());
    }
  }

  private Ready make(NamespaceOwner owner) {
    String id = Ids.random();
    Path pin = pin(id);
    own.add(pin);
    try {
      Netlink netlink = namespaces.createNetwork(owner, pin, NamespacePool::setUp);
      return new Ready(id, pin, netlink);
    } catch (RuntimeException e) {
      own.remove(pin);
      throw e;
    }
  }

  /** Links come without IPv6 until a network gives them an address of it; the loopback has it. */
  private static Netlink setUp() {
    Netlink netlink = LinuxNetlink.open();
    try {
      netlink.execute(new NetlinkRequest.SetUp("lo", true));
      Sysctl.write("net/ipv6/conf/default/disable_ipv6", "1");
      return netlink;
    } catch (RuntimeException e) {
      netlink.close();
      throw e;
    }
  }
}
