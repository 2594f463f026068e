package dev.wherry.api.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.http.Json;
import dev.wherry.engine.cgroup.CgroupStats;
import dev.wherry.engine.container.Container;
import dev.wherry.engine.usage.InterfaceCounters;
import dev.wherry.engine.usage.UsageSample;
import dev.wherry.verticles.container.UsageReading;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Expected texts are dockerd 20.10's answers, which differ in values only. */
class StatsJsonTest {
  private static final Container CONTAINER = Fixtures.running(Fixtures.id("aa"), "web");
  private static final String ZERO_CPU =
      "{'cpu_usage':{'total_usage':0,'usage_in_kernelmode':0,'usage_in_usermode':0},"
          + "'throttling_data':{'periods':0,'throttled_periods':0,'throttled_time':0}}";

  private static String json(UsageReading reading) {
    return new String(Json.bytes(StatsJson.view(reading)), StandardCharsets.UTF_8)
        .replace('"', '\'');
  }

  private static UsageSample sample(int version, CgroupStats group) {
    return new UsageSample(
        Fixtures.STARTED,
        version,
        group,
        3_000_000_000L,
        2,
        25276502016L,
        Map.of("eth0", new InterfaceCounters(426, 5, 0, 0, 1, 2, 3, 4)));
  }

  private static CgroupStats group(List<Long> perCpu, long pidsLimit, long memoryLimit) {
    List<CgroupStats.Entry> io = List.of(new CgroupStats.Entry(254, 0, "Read", 7));
    return new CgroupStats(
        new CgroupStats.Cpu(22, 11, 10, perCpu, 1, 2, 3),
        new CgroupStats.Memory(
            100, 200, 0, memoryLimit, 0, Map.of("cache", 5L, "anon", 6L, "swap", 9L)),
        new CgroupStats.Pids(1, pidsLimit),
        new CgroupStats.BlockIo(io, io));
  }

  @Test
  void one_that_does_not_run_shows_zeros() {
    assertThat(json(new UsageReading(CONTAINER, null, null)))
        .isEqualTo(
            "{'read':'0001-01-01T00:00:00Z','preread':'0001-01-01T00:00:00Z','pids_stats':{},"
                + "'blkio_stats':{'io_service_bytes_recursive':null,'io_serviced_recursive':null,"
                + "'io_queue_recursive':null,'io_service_time_recursive':null,"
                + "'io_wait_time_recursive':null,'io_merged_recursive':null,"
                + "'io_time_recursive':null,'sectors_recursive':null},'num_procs':0,"
                + "'storage_stats':{},'cpu_stats':"
                + ZERO_CPU
                + ",'precpu_stats':"
                + ZERO_CPU
                + ",'memory_stats':{},'name':'/web','id':'"
                + CONTAINER.id()
                + "'}");
  }

  @Test
  void version_1_shows_all_that_its_controllers_count() {
    String entry = "[{'major':254,'minor':0,'op':'Read','value':7}]";
    UsageSample now = sample(1, group(List.of(20L, 2L), 0, Long.MAX_VALUE));
    String reading = json(new UsageReading(CONTAINER, now, null));
    assertThat(reading).contains("'stats':{'active_anon':0,'active_file':0,'cache':5,'dirty':0,");
    assertThat(reading.replaceFirst("'stats':\\{[^}]*}", "'stats':{}"))
        .isEqualTo(
            "{'read':'2026-01-02T03:04:06.6789Z','preread':'0001-01-01T00:00:00Z',"
                + "'pids_stats':{'current':1},'blkio_stats':{'io_service_bytes_recursive':"
                + entry
                + ",'io_serviced_recursive':"
                + entry
                + ",'io_queue_recursive':[],'io_service_time_recursive':[],"
                + "'io_wait_time_recursive':[],'io_merged_recursive':[],'io_time_recursive':[],"
                + "'sectors_recursive':[]},'num_procs':0,'storage_stats':{},'cpu_stats':"
                + "{'cpu_usage':{'total_usage':22,'percpu_usage':[20,2],'usage_in_kernelmode':10,"
                + "'usage_in_usermode':11},'system_cpu_usage':3000000000,'online_cpus':2,"
                + "'throttling_data':{'periods':1,'throttled_periods':2,'throttled_time':3}},"
                + "'precpu_stats':"
                + ZERO_CPU
                + ",'memory_stats':{'usage':100,'max_usage':200,'stats':{},"
                + "'limit':25276502016},'name':'/web','id':'"
                + CONTAINER.id()
                + "','networks':{'eth0':{'rx_bytes':426,'rx_packets':5,'rx_errors':0,"
                + "'rx_dropped':0,'tx_bytes':1,'tx_packets':2,'tx_errors':3,'tx_dropped':4}}}");
  }

  @Test
  void version_2_shows_what_it_has_and_the_reading_before() {
    UsageSample now = sample(2, group(List.of(), 0, 1000));
    assertThat(json(new UsageReading(CONTAINER, now, now)))
        .contains(
            "'preread':'2026-01-02T03:04:06.6789Z'",
            "'pids_stats':{'current':1,'limit':18446744073709551615}",
            "'io_service_bytes_recursive':[{'major':254,'minor':0,'op':'Read','value':7}],"
                + "'io_serviced_recursive':null,'io_queue_recursive':null",
            "'precpu_stats':{'cpu_usage':{'total_usage':22,'usage_in_kernelmode':10,",
            "'memory_stats':{'usage':100,'stats':{'active_anon':0,'active_file':0,'anon':6,",
            "'workingset_refault':0},'limit':1000}");
  }

  @Test
  void a_limit_on_tasks_is_shown_where_there_is_one() {
    UsageSample now = sample(1, group(List.of(), 20, 1000));
    assertThat(json(new UsageReading(CONTAINER, now, null)))
        .contains("'pids_stats':{'current':1,'limit':20}");
  }
}
