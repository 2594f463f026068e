package dev.wherry.bench;

/** Answers per second of the name server that a container on a network of a user's making has. */
record NameAnswers(BenchImages images) implements Workload {
  private static final String NETWORK = "wherry-bench-sea";
  private static final String CONTAINER = "wherry-bench-boat";

  @Override
  public String name() {
    return "dns-rate";
  }

  @Override
  public String unit() {
    return "1/s";
  }

  @Override
  public double share() {
    return 0.5;
  }

  @Override
  public void prepare(Engine engine) throws Exception {
    BenchContainers.importBusybox(engine, images);
    engine.docker("network", "create", NETWORK);
    engine.docker(
        "run",
        "-d",
        "--name",
        CONTAINER,
        "--network",
        NETWORK,
        BenchImages.BUSYBOX,
        "sleep",
        "100000");
  }

  @Override
  public double measure(Engine engine) throws Exception {
    String pid = engine.docker("inspect", "-f", "{{.State.Pid}}", CONTAINER).strip();
    return DnsRate.of(pid, CONTAINER);
  }

  @Override
  public void cleanUp(Engine engine) throws Exception {
    engine.docker("rm", "-f", CONTAINER);
    engine.docker("network", "rm", NETWORK);
    BenchContainers.removeBusybox(engine);
  }
}
