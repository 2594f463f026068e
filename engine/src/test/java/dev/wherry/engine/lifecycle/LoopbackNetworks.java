package dev.wherry.engine.lifecycle;

import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.linux.LinuxMounts;
import dev.wherry.engine.linux.LinuxNamespaces;
import dev.wherry.engine.linux.LinuxPaths;
import dev.wherry.engine.network.Attachment;
import dev.wherry.engine.network.Network;
import dev.wherry.engine.network.NetworkManager;
import dev.wherry.engine.store.Ids;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Namespaces with nothing in them; keeps count. */
final class LoopbackNetworks implements NetworkManager {
  final List<String> open = new ArrayList<>();
  final List<String> adopted = new ArrayList<>();
  final List<String> known = new ArrayList<>();
  boolean failing;

  private final LinuxNamespaces namespaces =
      new LinuxNamespaces(new LinuxMounts(), new LinuxPaths());
  private final Path pins;

  LoopbackNetworks(Path pins) throws Exception {
    this.pins = Files.createDirectories(pins);
    namespaces.preparePins(pins);
  }

  void removeAll() {
    namespaces.removePins(pins);
  }

  @Override
  public List<Network> list() {
    return List.of();
  }

  @Override
  public Network get(String ref) {
    throw new EngineException.NotFound("network " + ref + " not found");
  }

  @Override
  public Network create(NetworkSpec spec) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void remove(String ref) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized Sandbox open(SandboxRequest request) {
    if (failing) {
      throw new EngineException.Internal("port is already allocated");
    }
    String id = Ids.random();
    Path pin = pins.resolve(id.substring(0, 12));
    namespaces.createNetwork(pin, () -> true);
    open.add(id);
    return new Sandbox(
        id, pin.toString(), request.containerId(), request.networks(), java.util.Map.of());
  }

  @Override
  public Sandbox connect(Sandbox sandbox, SandboxRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Sandbox disconnect(Sandbox sandbox, SandboxRequest request, String networkName) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void check(String ref, Attachment.Request request) {
    // Everything can be had.
  }

  @Override
  public void tellOnHost(String containerId) {
    // Nobody listens.
  }

  @Override
  public void tellOffHost(String containerId) {
    // Nobody listens.
  }

  @Override
  public void tellDisconnected(Network network, String containerId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unplug(Sandbox sandbox) {
    // its namespaces have no links
  }

  @Override
  public synchronized void close(Sandbox sandbox) {
    if (open.remove(sandbox.id())) {
      namespaces.remove(Path.of(sandbox.key()));
    }
  }

  @Override
  public synchronized void adopt(List<Sandbox> sandboxes) {
    sandboxes.forEach(sandbox -> adopted.add(sandbox.id()));
  }

  @Override
  public synchronized void collectGarbage(Set<String> knownSandboxIds) {
    known.addAll(knownSandboxIds);
  }
}
