package dev.wherry.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What networks and published ports cost. */
final class NetworkWorkloads {
  private static final String NAME = "wherry-bench-net";

  private NetworkWorkloads() {}

  static List<Workload> all(BenchImages images) {
    return List.of(
        new BridgeCost(images),
        new Ports(images),
        new Networks(),
        new Stream(images, false),
        new Stream(images, true));
  }

  /** What the bridge adds to the time of a run: with it and without in turn, medians of both. */
  private record BridgeCost(BenchImages images) implements Workload {
    private static final int RUNS = 7;

    @Override
    public String name() {
      return "bridge-cost";
    }

    @Override
    public double share() {
      return 0.5;
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      BenchContainers.importBusybox(engine, images);
    }

    @Override
    public double measure(Engine engine) throws Exception {
      double[] with = new double[RUNS];
      double[] without = new double[RUNS];
      for (int i = 0; i < RUNS; i++) {
        with[i] = engine.time("run", "--rm", BenchImages.BUSYBOX, "true");
        without[i] = engine.time("run", "--rm", "--network", "none", BenchImages.BUSYBOX, "true");
      }
      return median(with) - median(without);
    }

    private static double median(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return sorted[RUNS / 2];
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      BenchContainers.removeBusybox(engine);
    }
  }

  /** A container with many published ports, until it runs. */
  private record Ports(BenchImages images) implements Workload {
    private static final String RANGE = "20000-20499:1000-1499";

    @Override
    public String name() {
      return "500-ports";
    }

    @Override
    public double share() {
      return 0.3;
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      BenchContainers.importBusybox(engine, images);
    }

    @Override
    public double measure(Engine engine) throws Exception {
      double seconds =
          engine.time(
              "run", "-d", "--name", NAME, "-p", RANGE, BenchImages.BUSYBOX, "sleep", "100000");
      engine.docker("rm", "-f", NAME);
      return seconds;
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      BenchContainers.removeBusybox(engine);
    }
  }

  /** Networks made one after the other over one connection each, and removed. */
  private record Networks() implements Workload {
    private static final int COUNT = 200;
    private static final int WARM_UP = 5;

    @Override
    public String name() {
      return "200-networks";
    }

    @Override
    public int pairs(int rounds) {
      return Math.max(1, rounds / 10); // dockerd takes a minute and a half
    }

    @Override
    public void warmUp(Engine engine) throws Exception {
      seconds(engine, WARM_UP);
    }

    @Override
    public double measure(Engine engine) throws Exception {
      return seconds(engine, COUNT);
    }

    private static double seconds(Engine engine, int count) throws Exception {
      long begin = System.nanoTime();
      try (HttpConnection connection = new HttpConnection(engine.socket())) {
        for (int i = 0; i < count; i++) {
          String body =
              "{\"Name\":\"%s-%d\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.210.%d.0/24\"}]}}"
                  .formatted(NAME, i, i);
          expect(201, connection.send("POST", "/networks/create", body));
        }
        for (int i = 0; i < count; i++) {
          expect(204, connection.send("DELETE", "/networks/" + NAME + "-" + i, ""));
        }
      }
      return (System.nanoTime() - begin) / 1e9;
    }

    private static void expect(int wanted, int status) {
      if (status != wanted) {
        throw new IllegalStateException("status " + status);
      }
    }
  }

  /** Bytes through a published port, from the engine's loopback or from a neighbour of its host. */
  private static final class Stream implements Workload {
    private static final int FIRST_PORT = 25001;
    private static final long BYTES = 1L << 30;
    private final BenchImages images;
    private final boolean outside;
    private final Map<Engine, End> ends = new HashMap<>();

    /** What belongs to one engine; two may be in one network namespace. */
    private record End(int port, String neighbour, String link, Process sink) {}

    Stream(BenchImages images, boolean outside) {
      this.images = images;
      this.outside = outside;
    }

    @Override
    public String name() {
      return outside ? "tcp-from-outside" : "tcp-from-loopback";
    }

    @Override
    public String unit() {
      return "MiB/s";
    }

    @Override
    public double share() {
      return 1.5;
    }

    @Override
    public void prepare(Engine engine) throws Exception {
      int number = ends.size();
      int port = FIRST_PORT + number;
      BenchContainers.importBusybox(engine, images);
      engine.docker(
          "run", "-d", "--name", NAME, "-p", port + ":5001", BenchImages.BUSYBOX, "sleep", "10000");
      String pid = engine.docker("inspect", "-f", "{{.State.Pid}}", NAME).strip();
      Process sink = Throughput.inNetworkOf("/proc/" + pid + "/ns/net", "sink", "5001").start();
      if (sink.getInputStream().read() != 'r') {
        throw new IllegalStateException(
            "no server: "
                + new String(sink.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      End end = new End(port, "wherry-bench-" + number, "wbench" + number, sink);
      ends.put(engine, end);
      if (outside) {
        String host = "nsenter --net=" + hostNamespace(engine) + " ";
        shell("ip netns add " + end.neighbour);
        shell(
            host + "ip link add " + end.link + " type veth peer name eth0 netns " + end.neighbour);
        shell(host + "ip addr add 10.211." + number + ".1/24 dev " + end.link);
        shell(host + "ip link set " + end.link + " up");
        shell("ip -n " + end.neighbour + " addr add 10.211." + number + ".2/24 dev eth0");
        shell("ip -n " + end.neighbour + " link set eth0 up");
      }
    }

    private static void shell(String line) throws Exception {
      Throughput.output(new ProcessBuilder("sh", "-c", line));
    }

    private static String hostNamespace(Engine engine) throws Exception {
      return "/proc/" + EngineProcesses.daemon(engine.socket()) + "/ns/net";
    }

    private End end(Engine engine) {
      return Objects.requireNonNull(ends.get(engine));
    }

    @Override
    public double measure(Engine engine) throws Exception {
      End end = end(engine);
      String namespace = outside ? "/run/netns/" + end.neighbour : hostNamespace(engine);
      int number = end.port - FIRST_PORT;
      String address = outside ? "10.211." + number + ".1" : "127.0.0.1";
      String seconds =
          Throughput.output(
              Throughput.inNetworkOf(namespace, "source", address, "" + end.port, "" + BYTES));
      return (BYTES >> 20) / Double.parseDouble(seconds);
    }

    @Override
    public void cleanUp(Engine engine) throws Exception {
      End end = end(engine);
      end.sink.destroy();
      end.sink.waitFor();
      if (outside) {
        shell("nsenter --net=" + hostNamespace(engine) + " ip link del " + end.link);
        shell("ip netns del " + end.neighbour);
      }
      ends.remove(engine);
      engine.docker("rm", "-f", NAME);
      BenchContainers.removeBusybox(engine);
    }
  }
}
